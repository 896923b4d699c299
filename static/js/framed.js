// Flowra's page in an app's frame: tells the app's page how far it is, and follows what happens in the window it opened.
// The page on which a service is chosen tells that it is there in a window, too.
(() => {
  "use strict";

  const { origin, status, done, failed } = document.querySelector("[data-framed]").dataset;
  const isFramed = window.parent !== window;
  const app = isFramed ? window.parent : window.opener;
  const tell = (said) => app?.postMessage({ source: "flowra", version: 1, ...said }, origin);
  document.querySelector("form.agree")?.addEventListener("submit", () => tell({ type: "opened" }));

  tell({ type: "ready" });
  if (!isFramed) return;
  new ResizeObserver(() => tell({ type: "resize", height: document.documentElement.scrollHeight })).observe(document.body);

  async function follow() {
    const answer = await fetch(status, { cache: "no-store" }).catch(() => null);
    const now = answer && answer.ok ? await answer.json() : { status: "open" };
    if (now.status === "success" || now.status === "failed") {
      document.querySelector("main h1").textContent = now.status === "success" ? done : failed;
      document.querySelectorAll("main > :not(h1):not(.pair)").forEach((each) => each.remove());
      tell({ type: now.status, connectedAccountId: now.connectedAccountId, error: now.error });
    } else {
      setTimeout(follow, 1000);
    }
  }
  // Where a service is still to be chosen there is nothing to follow yet.
  if (status) follow();
})();
