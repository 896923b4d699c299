// The button cannot be pressed twice, and says what it is doing. Without this file the page works as well.
"use strict";

// Milliseconds; whoever stopped the page meanwhile, or closed the window that a frame's press opened, must be able to
// press again.
const PATIENCE = { here: 20000, inAWindow: 2000 };
const said = document.querySelector("[data-offline]");
const told = document.querySelector("[data-told]")?.dataset.told;
// In a window that connect.js opened, the app's page hears how far it is.
const tell = (type) => told && window.opener?.postMessage({ source: "flowra", version: 1, type }, told);

tell("ready");

// The service's own page may need more room than ours; the window stays in the middle of where it was.
function makeRoom({ width, height }) {
  if (!window.opener || !width) return;
  const wider = Math.min(Number(width) - window.innerWidth, screen.availWidth - window.outerWidth);
  const higher = Math.min(Number(height) - window.innerHeight, screen.availHeight - window.outerHeight);
  if (wider <= 0 && higher <= 0) return;
  window.resizeBy(Math.max(wider, 0), Math.max(higher, 0));
  window.moveBy(-Math.max(wider, 0) / 2, 0);
}

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
      if (form.classList.contains("agree")) {
        tell("opened");
        makeRoom(form.dataset);
      }
      if (button.dataset.busy) button.textContent = button.dataset.busy;
      setTimeout(asBefore, form.target ? PATIENCE.inAWindow : PATIENCE.here);
    }
  });
  // Whoever comes back by the back button finds the page as it was.
  window.addEventListener("pageshow", asBefore);
}
document.querySelector(".problems")?.focus();
