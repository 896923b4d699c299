// The button cannot be pressed twice, and says what it is doing. Without this file the page works as well.
"use strict";

const PATIENCE = 20000; // milliseconds; whoever stopped the page meanwhile must be able to press again
const said = document.querySelector("[data-offline]");
const told = document.querySelector("[data-told]")?.dataset.told;
// In a window that connect.js opened, the app's page hears how far it is.
const tell = (type) => told && window.opener?.postMessage({ source: "flowra", version: 1, type }, told);

tell("ready");

for (const form of document.querySelectorAll("form")) {
  const button = form.querySelector("button");
  const label = button.textContent;
  const asBefore = () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
    said.textContent = "";
  };
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
    } else if (navigator.onLine === false) {
      event.preventDefault();
      said.textContent = said.dataset.offline;
    } else {
      button.setAttribute("aria-disabled", "true");
      tell("opened");
      if (button.dataset.busy) button.textContent = button.dataset.busy;
      setTimeout(asBefore, PATIENCE);
    }
  });
  // Whoever comes back by the back button finds the page as it was.
  window.addEventListener("pageshow", asBefore);
}
document.querySelector(".problems")?.focus();
