// A page that waits looks again by itself. Without this file it is looked at again by hand.
"use strict";

const again = document.querySelector("[data-look-again]");
if (again) setTimeout(() => location.replace(again.href), Number(again.dataset.lookAgain));
