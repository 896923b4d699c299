// The figures are asked for while somebody sees them; what was unfolded stays so when they change.
"use strict";
(() => {
  const opened = new Set();
  const live = () => document.querySelector("[data-live]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === live() && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const told = document.querySelector("[data-lost]");
    if (told) told.hidden = event.detail.successful;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && live()) htmx.trigger(live(), "seen");
  });
  document.addEventListener("htmx:beforeSwap", () => {
    opened.clear();
    document.querySelectorAll("[data-live] details[open][id]").forEach((each) => opened.add(each.id));
  });
  document.addEventListener("htmx:afterSwap", () => {
    opened.forEach((id) => { const each = document.getElementById(id); if (each) each.open = true; });
  });
})();
