"""However often a button is pressed, its form is sent once; whoever comes back finds the button as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from tests.staff import make_operator, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]


# Presses so many times while Flowra takes its time: what would be sent goes nowhere.
_PRESSES = """(times) => {
    const told = [];
    const hear = (event) => { told.push(event.defaultPrevented ? "held back" : "sent"); event.preventDefault(); };
    document.addEventListener("submit", hear);
    for (let press = 0; press < times; press++) document.querySelector("main form button").click();
    document.removeEventListener("submit", hear);
    return told;
}"""


def opened(live_flowra: str, visitor: Visitor) -> Page:
    context = visitor()
    cookie = signed_in(make_operator()).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_flowra}])
    page = context.new_page()
    page.goto(f"{live_flowra}/dashboard/new")
    return page


def test_a_form_is_sent_once(live_flowra: str, visitor: Visitor, transactional_db: None) -> None:
    page = opened(live_flowra, visitor)
    button = page.locator("main form button")
    before = button.inner_text()
    assert page.evaluate(_PRESSES, 3) == ["sent", "held back", "held back"]
    assert button.get_attribute("aria-disabled") == "true"
    page.evaluate('window.dispatchEvent(new PageTransitionEvent("pageshow"))')
    assert (button.get_attribute("aria-disabled"), button.inner_text()) == (None, before)
    assert page.evaluate(_PRESSES, 1) == ["sent"]


def test_a_form_that_opens_a_tab_can_be_pressed_again_soon(
    live_flowra: str, visitor: Visitor, transactional_db: None
) -> None:
    page = opened(live_flowra, visitor)
    page.evaluate('document.querySelector("main form").target = "_blank"')
    assert page.evaluate(_PRESSES, 2) == ["sent", "held back"]
    page.wait_for_function('() => !document.querySelector("main form button").ariaDisabled', timeout=5000)
    assert page.evaluate(_PRESSES, 1) == ["sent"]
