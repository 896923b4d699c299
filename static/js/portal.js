// A button cannot be pressed twice, and a page that waits looks again by itself. Without this file all works as well.
"use strict";

const PATIENCE = 20000; // milliseconds; whoever stopped the page meanwhile must be able to press again

for (const form of document.querySelectorAll("form[method=post]")) {
  const button = form.querySelector("button");
  const label = button.textContent;
  const asBefore = () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  };
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) button.textContent = button.dataset.busy;
    setTimeout(asBefore, PATIENCE);
  });
  // Whoever comes back by the back button finds the page as it was.
  window.addEventListener("pageshow", asBefore);
}

const again = document.querySelector("[data-look-again]");
if (again) setTimeout(() => location.replace(again.href), Number(again.dataset.lookAgain));
