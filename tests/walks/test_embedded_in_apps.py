"""What apps' pages are like that use connect.js: they ask for nonsense, are isolated, blocked, deaf, or listened to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.factories import make_auth_config
from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider
from tests.walks.site import Site, asking, fresh, lines, pressed, told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ("{redirectUrl: () => Promise.reject(new Error('down'))}", "no_link"),
        ("{redirectUrl: () => { throw new Error('down'); }}", "no_link"),
        ("{redirectUrl: '<html><h1>500</h1>'}", "no_link"),
        ("{redirectUrl: 'javascript:document.title=1'}", "no_link"),
        ("{redirectUrl: JSON.stringify(link)}", "no_link"),
        ("{redirectUrl: {}}", "no_link"),
        ("{linkToken: '../admin'}", "no_link"),
        ("{}", "no_link"),
        ("undefined", "no_link"),
        ("{redirectUrl: link, mode: 'modal'}", "bad_wish"),
        ("{redirectUrl: link, mode: 'iframe', element: '#nowhere'}", "bad_wish"),
        ("{redirectUrl: link, mode: 'iframe', element: '<>'}", "no_link"),
    ],
)
def test_what_is_no_link_is_said_and_leaves_no_empty_window(
    app: App, site: Site, page: Page, wishes: str, code: str
) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    asking(page, wishes)
    page.click("#go")
    assert code in told(page, "rejected")
    assert code in told(page, "failed")
    page.wait_for_function("document.querySelectorAll('iframe, dialog').length === 0")
    page.wait_for_timeout(200)
    assert page.context.pages == [page]
    asking(page, "{redirectUrl: link}")
    pressed(page).get_by_role("button", name="Connect Practice").wait_for()


@pytest.mark.parametrize(
    "wishes",
    [
        "{redirectUrl: link}",
        "{redirectUrl: Promise.resolve(link + '\\n')}",
        "{linkToken: link.split('/').pop()}",
    ],
)
def test_a_link_is_a_text_a_promise_or_a_token(app: App, site: Site, page: Page, wishes: str) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    asking(page, wishes)
    window = pressed(page)
    window.get_by_role("button", name="Connect Practice").wait_for()
    assert window.viewport_size is not None


def test_the_browsers_own_blocker_sends_the_page_itself(app: App, site: Site, blocked_page: Page) -> None:
    page = blocked_page
    page.goto(site.page(fresh(app, site)["redirectUrl"], auto="1", fallback="none"))
    assert "popup_blocked" in told(page, "rejected")
    assert "popup_blocked" in told(page, "failed")
    assert not any('["closed"' in each for each in lines(page))
    page.goto(site.page(fresh(app, site)["redirectUrl"], auto="1"))
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.wait_for_url(f"{site.origin}/back?**status=success**")


@pytest.fixture
def blocked_page(launch: Callable[..., Browser]) -> Iterator[Page]:
    """In a Chromium whose blocker of windows is on, which Playwright turns off."""
    browser = launch(without=["--disable-popup-blocking"])
    page = browser.new_page()
    page.set_default_timeout(15_000)
    yield page
    browser.close()


@pytest.fixture
def page_on_a_desk(launch: Callable[..., Browser]) -> Iterator[Page]:
    """In a browser whose windows have the size that they ask for."""
    browser = launch()
    page = browser.new_page(no_viewport=True)
    page.set_default_timeout(15_000)
    yield page
    browser.close()


def window_of_service(page: Page, mode: str, frame: str) -> Page:
    """Presses Connect in the window, or in the frame of that selector; answers the window with the service in it."""
    if mode == "popup":
        window = pressed(page)
        window.get_by_role("button", name="Connect Practice").click()
        return window
    page.click("#go")
    with page.expect_popup() as opened:
        page.frame_locator(frame).get_by_role("button", name="Connect Practice").click()
    return opened.value


@pytest.mark.parametrize("mode", ["popup", "iframe"])
def test_an_app_that_is_isolated_connects_as_well(app: App, site: Site, page: Page, mode: str) -> None:
    site.headers = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    }
    link = fresh(app, site)
    page.goto(site.page(link["redirectUrl"], mode=mode))
    assert page.evaluate("crossOriginIsolated"), "this page is not isolated: it shows nothing"
    agree_at_the_provider(window_of_service(page, mode, "#place iframe"))
    assert link["connectedAccountId"] in told(page, "resolved")


def test_a_confirmation_that_nobody_hears_goes_by_the_callback(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site, requireConfirmation=True)["redirectUrl"]))
    window = pressed(page)
    window.get_by_role("button", name="Connect Practice").click()
    page.reload()
    agree_at_the_provider(window)
    window.wait_for_url(f"{site.origin}/back?**confirmationToken=**")


def test_the_window_grows_for_a_service_that_needs_more_room(
    app: App, site: Site, page_on_a_desk: Page
) -> None:
    slack = make_auth_config(app.caller.project, "slack").pk
    page = page_on_a_desk
    page.goto(site.page(fresh(app, site, authConfigId=slack)["redirectUrl"]))
    window = pressed(page)
    window.get_by_role("button", name="Connect Slack").wait_for()
    assert window.evaluate("outerWidth") == 480
    window.route("https://slack.com/**", lambda route: route.abort())
    window.evaluate(
        "document.querySelector('form.agree').addEventListener('submit', (event) => event.preventDefault())"
    )
    window.get_by_role("button", name="Connect Slack").click()
    window.wait_for_function("outerWidth === 640")


def test_a_window_is_as_large_as_the_app_wishes(app: App, site: Site, page_on_a_desk: Page) -> None:
    page = page_on_a_desk
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    asking(page, "{redirectUrl: link, width: 600, height: 500}")
    window = pressed(page)
    window.get_by_role("button", name="Connect Practice").wait_for()
    assert window.evaluate("outerWidth") == 600


def test_an_app_whose_own_code_fails_hears_the_ending(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    window = pressed(page)
    page.evaluate(
        "for (const each of ['ready', 'failed', 'closed']) link.on(each, () => { throw new Error('mine'); }); 0"
    )
    window.get_by_role("button", name="Not now").click()
    assert "access_denied" in told(page, "rejected")


def test_messages_of_others_are_not_believed(app: App, site: Site, page: Page, live_flowra: str) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    window = pressed(page)
    told(page, "ready")
    forged = (
        "{source: 'flowra', version: 1, type: 'success', status: 'success', connectedAccountId: 'ca_forged'}"
    )
    page.evaluate(f"window.postMessage({forged}, '*')")
    page.evaluate(
        "u => { const f = document.createElement('iframe'); f.srcdoc = u; document.body.append(f); }",
        f"<script>parent.postMessage({forged}, '*')</script>",
    )
    other = page.context.new_page()
    other.goto(f"{live_flowra}/healthz")
    page.wait_for_timeout(800)
    assert not any("resolved" in each for each in lines(page))
    window.get_by_role("button", name="Not now").click()
    told(page, "rejected")


@pytest.mark.parametrize("why", ["by the app", "by Flowra"])
def test_where_no_frame_may_stand_the_page_itself_goes(app: App, site: Site, page: Page, why: str) -> None:
    link = fresh(app, site)
    if why == "by the app":
        site.headers = {"Content-Security-Policy": "frame-src 'none'"}
    else:
        app.caller.project.callback_origins = ["https://app.example"]
        app.caller.project.save()
    page.goto(site.page(link["redirectUrl"], mode="iframe", fallback="none"))
    page.click("#go")
    assert "frame_blocked" in told(page, "rejected")
    page.goto(site.page(link["redirectUrl"], mode="iframe"))
    page.click("#go")
    page.get_by_role("button", name="Connect Practice").wait_for()


@pytest.mark.parametrize("mode", ["popup", "iframe"])
def test_an_app_with_a_strict_policy_needs_no_more_than_the_guide_says(
    app: App, site: Site, page: Page, live_flowra: str, mode: str
) -> None:
    site.headers = {
        "Content-Security-Policy": f"default-src 'none'; script-src 'unsafe-inline' {live_flowra}; "
        f"connect-src {live_flowra}; frame-src {live_flowra}; require-trusted-types-for 'script'"
    }
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    link = fresh(app, site)
    page.goto(site.page(link["redirectUrl"]))
    asking(page, f"{{redirectUrl: link, mode: '{mode}'}}")
    agree_at_the_provider(window_of_service(page, mode, "dialog iframe"))
    assert link["connectedAccountId"] in told(page, "resolved")
    assert [each for each in broken if "favicon" not in each] == []
