// What the page does while somebody looks at it: parts of it are fetched anew, and nothing moves under the reader's hand.
(() => {
  "use strict";
  // Nothing inline, nothing evaluated, no other host: what the policy of the page forbids is not even tried.
  Object.assign(window.htmx.config, {
    includeIndicatorStyles: false, allowEval: false, allowScriptTags: false, selfRequestsOnly: true,
    historyEnabled: false, historyCacheSize: 0,
  });
  const offline = () => document.querySelector(".offline");
  let open = [];

  // A page nobody sees asks for nothing.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
  });
  // Details that were opened stay open; htmx itself keeps the focus on what has an id.
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[id][open]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  });
  const say = (broken) => { const note = offline(); if (note) note.hidden = !broken; };
  document.addEventListener("htmx:afterRequest", (event) => say(!event.detail.xhr || event.detail.xhr.status === 0 || event.detail.xhr.status >= 500));
  document.addEventListener("htmx:sendError", () => say(true));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.querySelectorAll("[data-live]").forEach((one) => window.htmx?.trigger(one, "seen"));
  });
  // A long answer is waited for once: the button that was pressed says so.
  document.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (!pressed || event.defaultPrevented) return;
    window.setTimeout(() => { pressed.setAttribute("aria-busy", "true"); pressed.setAttribute("disabled", ""); }, 0);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("button[aria-busy]").forEach((one) => {
    one.removeAttribute("aria-busy"); one.removeAttribute("disabled");
  }));
})();
// Ticking many alerts: how many are ticked, all of them at once, and the keys j, k and x while the list has the focus.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ticking]");
  if (form) {
    const all = form.querySelector("#tick-all"), boxes = [...form.querySelectorAll(".tick input")], told = form.querySelector(".how-many");
    const say = () => {
      const count = boxes.filter((box) => box.checked).length;
      all.checked = count === boxes.length; all.indeterminate = count > 0 && !all.checked;
      told.textContent = count ? told.dataset[count === 1 ? "one" : "many"].replace(/\d+/, count) : "";
      form.classList.toggle("some", count > 0);
    };
    all.closest(".tick-all").hidden = false;
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; say(); });
    form.addEventListener("change", say);
    form.addEventListener("keydown", (event) => {
      const row = event.target.closest(".alerts li");
      if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { j: row.nextElementSibling, k: row.previousElementSibling }[event.key];
      if (step) { step.querySelector("a").focus(); event.preventDefault(); }
      if (event.key === "x") { row.querySelector(".tick input").click(); event.preventDefault(); }
    });
    say();
  }
  // A panel that was opened closes with Escape, and when something else is clicked.
  const panels = () => document.querySelectorAll("details.drop[open]");
  document.addEventListener("click", (event) => panels().forEach((one) => { if (!one.contains(event.target)) one.open = false; }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") panels().forEach((one) => { one.open = false; one.querySelector("summary").focus(); }); });
})();
