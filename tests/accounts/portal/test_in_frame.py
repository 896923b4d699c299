"""The page in a frame of the app's: only there, with a cookie that is the frame's own, and where none sticks in a window."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import LinkSession, PortalSession
from tests.accounts.acme import Acme
from tests.accounts.portal.conftest import Portal, make_portal
from tests.chromium import NAMES, arguments
from tests.factories import make_project
from tests.staff import text_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page

FRAMED = {"display": "iframe"}


class AppInAWindow:
    """An app's page on loopback with the portal in a frame: on another site as localhost, on the same as 127.0.0.1."""

    def __init__(self) -> None:
        self.framed_url = ""
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = f"{app.framed_url}?display=iframe"
                frame = f"<iframe src='{url}' width=600 height=700 title='Connections'></iframe>"
                body = f"<!doctype html><title>Acme</title>{frame}".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def portal(self, host: str) -> Portal:
        """The page of a person with one account, at an app of that host."""
        portal = make_portal(make_project(callback_origins=[f"http://{host}:{self.port}"]))
        portal.account(identity_email="sales@example.com")
        self.framed_url = portal.started.url
        return portal

    def shown(self, page: Page, host: str) -> FrameLocator:
        """The frame in the app's page."""
        page.goto(f"http://{host}:{self.port}/settings")
        return page.frame_locator("iframe")


@pytest.fixture
def app() -> Iterator[AppInAWindow]:
    made = AppInAWindow()
    yield made
    made.server.shutdown()
    made.server.server_close()


def policy(answer: Any) -> list[str]:
    """Who may frame it."""
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split("; ")]
    return next(part[1:] for part in parts if part[0] == "frame-ancestors")


def test_the_app_s_origins_may_frame_it_where_the_address_says_so(portal: Portal) -> None:
    account = portal.account()
    gone = portal.account()
    portal.post(gone.pk, "disconnect")
    for path in (
        portal.home,
        f"{portal.home}/{account.pk}",
        f"{portal.home}/{account.pk}/disconnect",
        f"{portal.home}/{gone.pk}/disconnected",
        f"{portal.home}/{gone.pk}",
    ):
        answer = portal.client.get(path, FRAMED)
        assert policy(answer) == ["https://acme.example"], path
        assert "X-Frame-Options" not in answer.headers
        assert policy(portal.client.get(path)) == ["'none'"]
        assert portal.client.get(path)["X-Frame-Options"] == "DENY"
    fresh = make_portal(portal.project)
    assert policy(Client().get(fresh.door, FRAMED)) == ["https://acme.example"]
    assert policy(Client().get(portal.door, FRAMED)) == ["https://acme.example"]
    assert policy(Client().get("/portal/unknown", FRAMED)) == ["'none'"]


def test_an_app_that_is_isolated_may_frame_it_as_well(portal: Portal) -> None:
    framed, plain = portal.client.get(portal.home, FRAMED), portal.client.get(portal.home)
    assert framed["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert framed["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Cross-Origin-Embedder-Policy" not in plain and "Cross-Origin-Resource-Policy" not in plain


def test_every_way_on_stays_in_the_frame(portal: Portal) -> None:
    account = portal.account()
    for path in (portal.home, f"{portal.home}/{account.pk}", f"{portal.home}/{account.pk}/disconnect"):
        page = portal.client.get(path, FRAMED).content.decode()
        ways = [
            way for way in re.findall(r'(?:href|action)="(/portal/[^"]+)"', page) if way.startswith("/portal")
        ]
        assert ways
        assert [way for way in ways if "display=iframe" not in way] == []
    renamed = portal.client.post(f"{portal.home}/{account.pk}/rename?display=iframe", {"displayName": "a"})
    assert "display=iframe" in renamed["Location"]
    ended = portal.client.post(f"{portal.home}/{account.pk}/disconnect?display=iframe")
    assert "display=iframe" in ended["Location"]


def test_with_https_the_frame_s_cookie_is_partitioned(closed: Portal, settings: Any) -> None:
    settings.FLOWRA_PUBLIC_IS_HTTPS = True
    client = Client()
    answer = client.get(closed.door, FRAMED)
    header = answer.cookies["flowra_portal_framed"].output(header="").strip()
    assert header.endswith("; Partitioned")
    for word in ("HttpOnly", "Secure", "SameSite=None", "Path=/portal"):
        assert word in header
    opened = client.post(f"{closed.door}?display=iframe")
    assert (opened.status_code, opened["Location"]) == (303, f"{closed.home}?display=iframe")
    assert client.get(closed.home, FRAMED).status_code == 200


def test_a_window_s_cookie_opens_no_frame_by_itself(closed: Portal, settings: Any) -> None:
    settings.FLOWRA_PUBLIC_IS_HTTPS = True
    client = Client()
    client.get(closed.door)
    answer = client.post(f"{closed.door}?display=iframe")
    assert "opens a window" in text_of(answer)
    assert PortalSession.objects.get().opened_at is None


def test_connecting_again_goes_on_in_a_window(acme: Acme) -> None:
    account = acme.connect().account
    portal = make_portal(acme.project)
    portal.open()
    answer = portal.client.post(f"{portal.home}/{account.pk}/reconnect?display=iframe")
    assert answer.status_code == 200
    assert 'target="_blank"' in answer.content.decode()
    assert "Come back here when you have finished there." in text_of(answer)
    assert LinkSession.objects.latest("created_at").callback_url == ""


# In a real browser.


@pytest.fixture
def strict(browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser that blocks third parties' cookies."""
    path = next(filter(None, map(shutil.which, NAMES)), browser.browser_type.executable_path)
    chromium = browser.browser_type.launch(
        executable_path=path, args=[*arguments(), "--test-third-party-cookie-phaseout"]
    )
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context
    chromium.close()


def test_another_site_s_frame_has_a_cookie_of_its_own(
    live_flowra: str, app: AppInAWindow, strict: BrowserContext, settings: Any
) -> None:
    """Chromium takes Secure cookies from loopback: so the way of https can be walked without a certificate."""
    settings.FLOWRA_PUBLIC_IS_HTTPS = True
    portal = app.portal("localhost")
    frame = app.shown(strict.new_page(), "localhost")
    frame.get_by_role("button", name="See my connections").click()
    frame.get_by_role("link", name="sales@example.com").click()
    frame.get_by_label("Name").fill("Sales inbox")
    frame.get_by_role("button", name="Save").click()
    frame.get_by_text("The new name is stored.").wait_for()
    assert [cookie.get("sameSite") for cookie in strict.cookies()] == ["None"]
    window = strict.new_page()
    answer = window.goto(portal.started.url)
    assert answer is not None and answer.status == 410


def test_where_no_cookie_sticks_it_opens_in_a_window(
    live_flowra: str, app: AppInAWindow, strict: BrowserContext
) -> None:
    app.portal("localhost")
    page = strict.new_page()
    frame = app.shown(page, "localhost")
    with strict.expect_page() as opened:
        frame.get_by_role("link", name="See my connections").click()
    window = opened.value
    window.get_by_role("button", name="See my connections").click()
    window.get_by_role("link", name="sales@example.com").wait_for()


def test_where_the_browser_keeps_none_at_all_the_frame_says_so_at_the_press(
    live_flowra: str, app: AppInAWindow, visitor: Callable[..., BrowserContext], settings: Any
) -> None:
    settings.FLOWRA_PUBLIC_IS_HTTPS = True
    app.portal("localhost")
    context = visitor(scripts=False)
    frame = app.shown(context.new_page(), "localhost")
    button = frame.get_by_role("button", name="See my connections")
    button.wait_for()
    context.clear_cookies()
    button.click()
    link = frame.get_by_role("link", name="See my connections")
    link.wait_for()
    assert PortalSession.objects.get().opened_at is None
    assert parse_qs(urlsplit(link.get_attribute("href") or "").query) == {}


def test_a_frame_of_the_same_site_needs_nothing_special(
    live_flowra: str, app: AppInAWindow, visitor: Callable[..., BrowserContext]
) -> None:
    app.portal("127.0.0.1")
    frame = app.shown(visitor().new_page(), "127.0.0.1")
    frame.get_by_role("button", name="See my connections").click()
    frame.get_by_role("link", name="sales@example.com").wait_for()


def test_nobody_else_can_frame_it(
    live_flowra: str, app: AppInAWindow, visitor: Callable[..., BrowserContext]
) -> None:
    app.portal("localhost")
    page = visitor().new_page()
    with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
        frame = app.shown(page, "127.0.0.1")
    assert frame.get_by_text("Your connections").count() == 0
