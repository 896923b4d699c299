"""An app's site that is another site than Flowra's, with one page that uses connect.js and writes down what it is told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from accounts.connect.script import integrity
from tests.walks.app import App

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = """<!doctype html><meta charset="utf-8"><title>Acme</title>
<script src="FLOWRA/connect.js" integrity="INTEGRITY" crossorigin="anonymous"></script>
<button id="go">Connect</button><div id="place"></div><ol id="told"></ol>
<script>
const wishes = new URLSearchParams(location.search);
const say = (what) => { const item = document.createElement("li"); item.textContent = JSON.stringify(what); told.append(item); };
window.addEventListener("message", (event) => say(["message", event.origin, event.data.type]));
const start = () => {
  window.link = Flowra.connect(window.ask ? window.ask(wishes.get("link")) : {
    mode: wishes.get("mode") || "popup",
    fallback: wishes.get("fallback") || "redirect",
    element: wishes.get("mode") === "iframe" ? "#place" : undefined,
    redirectUrl: () => new Promise((resolve) => setTimeout(resolve, 50, wishes.get("link"))),
  });
  for (const event of ["ready", "opened", "success", "failed", "closed"]) link.on(event, (detail) => say([event, detail]));
  link.then((ending) => say(["resolved", ending]), (error) => say(["rejected", error.code]));
};
go.addEventListener("click", start);
if (wishes.has("auto")) start();
</script>"""


class Site:
    """Acme's own site on `localhost`, which is another site than Flowra's 127.0.0.1."""

    def __init__(self, flowra: str) -> None:
        body = PAGE.replace("FLOWRA", flowra).replace("INTEGRITY", integrity()).encode()
        self.headers: dict[str, str] = {}
        self.visits: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.visits.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self._server.server_address[1]}"

    def page(self, link: str, mode: str = "popup", **wishes: str) -> str:
        asked = "".join(f"&{name}={quote(value)}" for name, value in wishes.items())
        return f"{self.origin}/?mode={mode}&link={quote(link, safe='')}{asked}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def told(page: Page, word: str) -> str:
    """The line that says it, once it is there."""
    line = page.locator("#told li").filter(has_text=f'["{word}"').first
    line.wait_for()
    return line.inner_text()


def lines(page: Page) -> list[str]:
    return page.locator("#told li").all_inner_texts()


def pressed(page: Page) -> Page:
    """Presses the app's button, and answers the window that opens."""
    with page.expect_popup() as opened:
        page.click("#go")
    return opened.value


def fresh(app: App, site: Site, **wishes: Any) -> dict[str, Any]:
    return app.link(callbackUrl=f"{site.origin}/back", **wishes)


def asking(page: Page, wishes: str) -> None:
    """What the app's page asks of connect.js at the next press, as JavaScript; `link` is the redirectUrl."""
    page.evaluate(f"window.ask = (link) => ({wishes}); document.querySelector('#told').replaceChildren()")
