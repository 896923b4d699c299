// A window of connect.js tells the page that opened it how it ended, and closes. Without this file it says so, and is closed by hand.
(() => {
  "use strict";

  const { message, origin, display, callback } = document.querySelector("[data-message]").dataset;
  const said = JSON.parse(message);

  if (window.parent !== window) {
    window.parent.postMessage(said, origin);
  } else if (display === "popup" && window.opener) {
    const app = window.opener;
    let goOn = () => window.close();
    // A page of the app's that was left or loaded again meanwhile hears nothing, and the token would be lost with it.
    if (said.type === "confirm" && callback) goOn = () => location.replace(callback);
    const waiting = setTimeout(() => goOn(), said.type === "confirm" ? 2000 : 600);
    window.addEventListener("message", (event) => {
      const answer = event.data;
      if (event.source !== app || event.origin !== origin || answer?.source !== "flowra" || answer.type !== "heard") return;
      clearTimeout(waiting);
      setTimeout(() => window.close(), 600);
    });
    app.postMessage(said, origin);
  } else if (said.type === "confirm" && callback) {
    // Only the app may confirm, and it could not be told here: its own callback page takes over.
    location.replace(callback);
  } else {
    window.close();
  }
})();
