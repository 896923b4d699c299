// A form is sent once, however often its button is pressed, and the button says what it is doing. Without this file all
// works as well. What htmx sends is its own matter.
"use strict";

(() => {
  // Milliseconds; whoever stopped the page meanwhile, or closed the tab that a press opened, must be able to press again.
  const PATIENCE = { here: 20000, inATab: 2000 };
  const sent = new Map();

  function asBefore(form) {
    const { button, label } = sent.get(form);
    sent.delete(form);
    button.removeAttribute("aria-disabled");
    button.replaceChildren(...label);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    const button = event.submitter || form.querySelector("button");
    sent.set(form, { button, label: [...button.childNodes] });
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) button.textContent = button.dataset.busy;
    setTimeout(() => sent.has(form) && asBefore(form), form.target ? PATIENCE.inATab : PATIENCE.here);
  });
  // Whoever comes back by the back button finds the page as it was.
  window.addEventListener("pageshow", () => [...sent.keys()].forEach(asBefore));
})();
