"""The connect page is for everyone: by screen reader and keyboard, small and large, dark and light, on a slow line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
FIRST_PAINT_BYTES = 50_000
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def link_page(app: App, page: Page) -> None:
    page.goto(app.link()["redirectUrl"])


def key_page_with_errors(app: App, page: Page) -> None:
    page.goto(app.link(authConfigId=app.key_config_id)["redirectUrl"])
    page.get_by_role("button", name="Connect Practice Keys").click()
    page.get_by_role("alert").wait_for()


def done_page(app: App, page: Page) -> None:
    page.goto(app.link(callbackUrl=None)["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.get_by_text("Connected as").wait_for()


def error_page(app: App, page: Page) -> None:
    app.provider.fail("/authorize", "error", error="server_error", words="Try tomorrow", method="POST")
    page.goto(app.link(callbackUrl=None)["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.get_by_text("Try tomorrow").wait_for()


def used_page(app: App, page: Page) -> None:
    link = app.link(callbackUrl=None)
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Not now").click()
    page.get_by_role("heading", name="Nothing was shared").wait_for()
    page.goto(link["redirectUrl"])


PAGES = pytest.mark.parametrize("walk", [link_page, key_page_with_errors, done_page, error_page, used_page])


@PAGES
@pytest.mark.parametrize("look", [{"width": 320, "height": 640}, {"dark": True}], ids=["phone", "dark"])
def test_nothing_stands_in_the_way_of_anyone(
    app: App, visitor: Visitor, walk: Callable[[App, Page], None], look: dict[str, Any]
) -> None:
    page = visitor(**look).new_page()
    troubles: list[str] = []
    page.on(
        "console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    walk(app, page)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.get_attribute("html", "lang") == "en"
    assert troubles == []


def test_at_four_times_the_size_it_reads_without_scrolling_sideways(app: App, visitor: Visitor) -> None:
    """1280 wide at 400 % is a window of 320 (WCAG 2.2, 1.4.10), and the text alone at 200 % keeps all (1.4.4)."""
    app.caller.project.name = LONG
    app.caller.project.save()
    page = visitor(width=320, height=256).new_page()
    page.goto(app.link(eUID="a" * 255)["redirectUrl"])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [320, 1280])
def test_whatever_is_pressed_is_as_large_as_a_finger(app: App, visitor: Visitor, width: int) -> None:
    page = visitor(width=width).new_page()
    page.goto(app.link(authConfigId=app.key_config_id)["redirectUrl"])
    for each in page.locator("button, input, summary").all():
        box = each.bounding_box()
        assert box is not None
        assert box["height"] >= 44, each.inner_text()


def test_by_keyboard_alone_and_one_sees_where_one_is(app: App, visitor: Visitor) -> None:
    page = visitor().new_page()
    page.goto(app.link()["redirectUrl"])
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        if reached[-1] == "Connect Practice":
            break
    assert reached[-1] == "Connect Practice"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="sales@example.com").wait_for()


def test_the_first_view_is_light_and_asks_nobody_else(app: App, visitor: Visitor, live_flowra: str) -> None:
    page = visitor().new_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(app.link()["redirectUrl"], wait_until="networkidle")
    assert all(answer.url.startswith(live_flowra) for answer in answers)
    assert sum(len(answer.body()) for answer in answers) < FIRST_PAINT_BYTES


def test_without_pictures_and_style_the_page_still_says_all(app: App, visitor: Visitor) -> None:
    page = visitor().new_page()
    page.route("**/*.{css,svg,png,js}", lambda route: route.abort())
    page.goto(app.link()["redirectUrl"])
    words = page.get_by_role("main").inner_text()
    for told in (
        "Connect Practice",
        "Acme asks to use your Practice account",
        "customer_42",
        "127.0.0.1",
        "Not now",
    ):
        assert told in words


def test_the_button_says_that_it_works_and_is_itself_again_when_one_comes_back(
    app: App, visitor: Visitor
) -> None:
    page = visitor().new_page()
    page.goto(app.link()["redirectUrl"])
    told = page.evaluate(
        """() => {
            const form = document.forms[0], button = form.querySelector("button"), seen = [];
            form.addEventListener("submit", (event) => { seen.push(event.defaultPrevented); event.preventDefault(); });
            form.requestSubmit();
            seen.push(button.textContent, button.getAttribute("aria-disabled"));
            form.requestSubmit();
            window.dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
            return [...seen, button.textContent];
        }"""
    )
    assert told == [False, "Opening Practice…", "true", True, "Connect Practice"]


def test_who_is_offline_is_told_and_nothing_is_lost(app: App, visitor: Visitor) -> None:
    person = visitor()
    page = person.new_page()
    page.goto(app.link(authConfigId=app.key_config_id)["redirectUrl"])
    page.get_by_label("API key").fill("typed with care")
    person.set_offline(True)
    page.get_by_role("button", name="Connect Practice Keys").click()
    assert "offline" in page.get_by_role("status").inner_text()
    assert page.get_by_label("API key").input_value() == "typed with care"
