// A button that copies what is shown beside it; without scripts it is not there, and the text is chosen whole by one press.
"use strict";
(() => {
  const show = (root) => root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  show(document);
  document.addEventListener("htmx:afterSwap", (event) => show(event.target));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const shown = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(shown.textContent);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(shown);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return;
    }
    if (button.textContent === button.dataset.done) return;
    const before = [...button.childNodes];
    button.setAttribute("aria-live", "polite");
    button.textContent = button.dataset.done;
    setTimeout(() => button.replaceChildren(...before), 2000);
  });
})();
