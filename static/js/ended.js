// A window of connect.js tells the page that opened it how it ended, and closes. Without this file it says so, and is closed by hand.
(() => {
  "use strict";

  const { message, origin, display, callback } = document.querySelector("[data-message]").dataset;
  const said = JSON.parse(message);

  if (window.parent !== window) {
    window.parent.postMessage(said, origin);
  } else if (display === "popup" && window.opener) {
    window.opener.postMessage(said, origin);
    setTimeout(() => window.close(), 600);
  } else if (said.type === "confirm" && callback) {
    // Only the app may confirm, and it could not be told here: its own callback page takes over.
    location.replace(callback);
  } else {
    window.close();
  }
})();
