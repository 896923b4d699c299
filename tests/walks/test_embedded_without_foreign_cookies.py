"""A browser that keeps no cookie of a frame's: the window that goes to the service has its own, and that is enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider
from tests.walks.site import Site, told

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NO_FOREIGN_COOKIES = "--test-third-party-cookie-phaseout"
_TRY_A_COOKIE = (
    'document.cookie = "probe=1; SameSite=None; Secure; Path=/", document.cookie.includes("probe=1")'
)


@pytest.fixture(scope="module")
def strict_browser(launch: Callable[..., Browser]) -> Browser:
    return launch(NO_FOREIGN_COOKIES)


def test_a_frame_connects_where_its_cookies_are_blocked(
    app: App,
    site: Site,
    strict_browser: Browser,
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    page = strict_browser.new_context().new_page()
    page.set_default_timeout(15_000)
    page.goto(link["redirectUrl"])
    assert page.evaluate(_TRY_A_COOKIE) is True, "at the top it keeps them: what follows is about the frame"
    page.context.clear_cookies()
    page.goto(site.page(link["redirectUrl"], mode="iframe"))
    page.click("#go")
    button = page.frame_locator("#place iframe").get_by_role("button", name="Connect Practice")
    button.wait_for()
    in_frame = page.frames[1]
    assert in_frame.evaluate(_TRY_A_COOKIE) is False, "this browser keeps a frame's cookies: it shows nothing"
    with page.expect_popup() as opened:
        button.click()
    agree_at_the_provider(opened.value)
    assert link["connectedAccountId"] in told(page, "resolved")
    assert app.account(link)["status"] == "ACTIVE"
