// Filters that fold open: "/" goes to the search, Escape and a press elsewhere close what is open. Without scripts they fold by themselves.
"use strict";
(() => {
  const opened = () => document.querySelector("details.pick[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened()) {
      const pick = opened();
      pick.open = false;
      pick.querySelector("summary").focus();
    }
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.getElementById("q").select();
    }
  });
  document.addEventListener("click", (event) => {
    const pick = opened();
    if (pick && !pick.contains(event.target)) pick.open = false;
  });
})();
