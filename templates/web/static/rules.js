// The rule form: nothing typed is lost, a mistake is one touch away from its place, and sliders say their number.
(() => {
  "use strict";
  const form = document.getElementById("rule-form");
  const text = () => document.getElementById("rule-text");
  const key = (name) => `alertd-rule:${name}`;

  // A range and the box beside it say the same; touching either chooses that number.
  document.addEventListener("input", (event) => {
    const slider = event.target;
    const box = slider.dataset?.to ? document.getElementById(slider.dataset.to) : null;
    if (box) box.value = slider.value;
    const line = slider.closest?.(".slider");
    if (!line || slider.type === "radio") return;
    line.querySelector("input[type=radio]").checked = true;
    if (!box && slider.type === "text") line.querySelector("input[type=range]").value = slider.value.replace(",", ".");
  });
  // What was saved need not be kept for the one who wrote it.
  document.querySelectorAll("[data-forgets]").forEach((one) => one.addEventListener("submit", (event) => {
    if (event.submitter?.value === "save") window.sessionStorage.removeItem(key(one.dataset.forgets));
  }));
  if (!form) return;

  // What is typed stays in this tab until it is saved: a session that ends, a page that reloads, lose nothing.
  const stash = document.getElementById("rule-stash");
  const name = key(stash.dataset.key);
  const kept = window.sessionStorage.getItem(name);
  if (kept !== null && kept !== text().value) stash.hidden = false;
  const keep = () => window.sessionStorage.setItem(name, text().value);
  stash.addEventListener("click", (event) => {
    const wanted = event.target.dataset.stash;
    if (!wanted) return;
    if (wanted === "take") {
      text().value = kept;
      text().dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      window.sessionStorage.removeItem(name);
    }
    stash.hidden = true;
    text().focus();
  });
  form.addEventListener("input", (event) => { if (event.target.id === "rule-text") keep(); });
  document.addEventListener("htmx:afterSwap", () => { if (stash.hidden) keep(); });
  document.addEventListener("htmx:oobAfterSwap", () => { if (stash.hidden) keep(); });

  // The text under somebody's fingers is not replaced while they type; the next answer follows it.
  let sent = "";
  document.addEventListener("htmx:beforeRequest", () => { sent = text().value; });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    const typing = text().value !== sent;
    if (typing && (target.id === "rule-text" || target.id === "rule-hidden")) event.detail.shouldSwap = false;
  });

  const lost = document.getElementById("rule-lost");
  document.addEventListener("htmx:responseError", (event) => {
    lost.textContent = lost.dataset[event.detail.xhr.status] || lost.dataset.else;
    lost.hidden = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost.hidden = true; });

  // To the place of a mistake.
  document.addEventListener("click", (event) => {
    const place = event.target.closest(".place");
    if (!place) return;
    const box = text();
    const rows = box.value.split("\n");
    const start = rows.slice(0, place.dataset.line - 1).reduce((sum, row) => sum + row.length + 1, 0);
    box.focus();
    box.setSelectionRange(start + Number(place.dataset.column) - 1, start + (rows[place.dataset.line - 1] || "").length);
    box.scrollTop = Math.max(0, (place.dataset.line - 4) * 20);
  });

  // Names of the catalogue, while they are typed.
  let waiting = 0;
  form.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.dataset.suggest || box.value.length < 2) return;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      const target = document.getElementById(box.getAttribute("list"));
      window.htmx.ajax("GET", `${box.dataset.suggest}?${new URLSearchParams({ [box.name]: box.value })}`, { target, swap: "innerHTML" });
    }, 250);
  });
})();
