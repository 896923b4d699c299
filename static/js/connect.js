// The button cannot be pressed twice, and says what it is doing. Without this file the page works as well.
"use strict";

for (const form of document.querySelectorAll("form")) {
  const button = form.querySelector("button");
  const label = button.textContent;
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) button.textContent = button.dataset.busy;
  });
  // Whoever comes back by the back button finds the page as it was.
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
}
document.querySelector(".problems")?.focus();
