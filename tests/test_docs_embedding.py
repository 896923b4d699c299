"""docs/embedding.md is true: its pages run in a browser, and the file it names is the one that is served."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from accounts.connect.script import integrity
from tests.caller import make_caller
from tests.factories import make_auth_config, make_project
from tests.readme import ROOT, blocks

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PAGE = ROOT / "docs" / "embedding.md"
HTMX = '<script src="http://127.0.0.1:8000/static/django_htmx/htmx-2.min.js"></script>'
CONNECT = '<script src="http://127.0.0.1:8000/connect.js"></script>'


def of(language: str) -> list[str]:
    return [block.text for block in blocks(PAGE) if block.language == language]


class AppSite:
    """An app's site: one page, a link, and a list of accounts."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {"/": "", "/accounts": "<li>none yet</li>", "/flowra-link": ""}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.answers.get(self.path, "").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://localhost:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site(live_flowra: str) -> Iterator[AppSite]:
    made = AppSite()
    caller = make_caller(make_project("Acme", callback_origins=[made.origin]))
    slack = make_auth_config(caller.project, "slack")
    link = caller.post("connected_accounts/link", {"authConfigId": slack.pk, "eUID": "customer_42"}).json()
    made.answers["/flowra-link"] = link["redirectUrl"]
    yield made
    made.stop()


def window_of(page: Page, site: AppSite, live_flowra: str, text: str) -> Page:
    """Shows a page of the docs, presses its button, and answers the window that opens."""
    site.answers["/"] = f"<!doctype html><meta charset=utf-8>{text}".replace(
        "http://127.0.0.1:8000", live_flowra
    )
    page.goto(f"{site.origin}/")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect Slack").click()
    opened.value.get_by_role("heading", name="Connect Slack").wait_for()
    return opened.value


def test_the_first_page_opens_a_window_and_loads_what_it_names(
    live_flowra: str, site: AppSite, visitor: Callable[..., BrowserContext]
) -> None:
    plain = of("html")[0]
    assert re.findall(r'integrity="(.*?)"', plain) == [integrity()]
    page = visitor().new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    window = window_of(page, site, live_flowra, plain)
    window.get_by_role("button", name="Not now").click()
    while not any("not connected access_denied" in each for each in said):
        page.wait_for_timeout(100)


def test_htmx_looks_again_when_it_is_connected(
    live_flowra: str, site: AppSite, visitor: Callable[..., BrowserContext]
) -> None:
    page = visitor().new_page()
    window_of(page, site, live_flowra, HTMX + CONNECT + of("html")[1])
    page.get_by_text("none yet").wait_for()
    site.answers["/accounts"] = "<li>sales@example.com</li>"
    page.evaluate("htmx.trigger(document.body, 'connected')")
    page.get_by_text("sales@example.com").wait_for()


def test_the_hook_for_react_tells_how_it_stands(
    live_flowra: str, site: AppSite, visitor: Callable[..., BrowserContext]
) -> None:
    """React itself is not here: two functions that keep a state stand in for its own."""
    (hook,) = of("js")
    imports, _, rest = hook.partition("\n\n")
    assert imports == 'import { useCallback, useRef, useState } from "react";'
    stand_in = "window.states = []; const useState = (first) => [first, (next) => states.push(next)], useCallback = (call) => call, useRef = (current) => ({ current });"
    script = f"{stand_in}\n{rest.replace('export function', 'function')}"
    use = "const [, go] = useConnect(() => fetch('/flowra-link').then((answer) => answer.text()));"
    text = (
        f"{CONNECT}<button id=go>Connect Slack</button><script>{script}\n{use}"
        "document.querySelector('#go').addEventListener('click', go);</script>"
    )
    page = visitor().new_page()
    window = window_of(page, site, live_flowra, text)
    window.get_by_role("button", name="Not now").click()
    page.wait_for_function("() => states.length === 3")
    assert page.evaluate("states") == [
        {"status": "connecting"},
        {"status": "closed"},
        {"status": "failed", "code": "access_denied"},
    ]
