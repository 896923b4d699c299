// The list follows what is typed. Without this file the button beside it does the same.
"use strict";

const typed = document.getElementById("q");
const none = document.querySelector(".none");

typed.addEventListener("input", () => {
  const wanted = typed.value.trim().toLocaleLowerCase();
  let found = 0;
  for (const each of document.querySelectorAll(".choices button")) {
    each.hidden = !each.dataset.name.toLocaleLowerCase().includes(wanted);
    if (!each.hidden) found += 1;
  }
  none.hidden = found > 0;
});
