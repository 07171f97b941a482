// Copies the text of an order. Without a clipboard the button stays hidden, and the text can be chosen by hand.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(field.value);
        button.querySelector("span").textContent = button.dataset.said;
      } catch {
        field.select();
      }
    });
  }
})();
