"""The walk of the person, in a real browser, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.walks.app import KEY, App
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

Visitor = Callable[..., "BrowserContext"]
BOTH_WAYS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])


@BOTH_WAYS
def test_from_the_app_to_the_service_and_back_connected(app: App, visitor: Visitor, scripts: bool) -> None:
    link = app.link()
    page = visitor(scripts=scripts).new_page()
    page.goto(link["redirectUrl"])
    assert page.get_by_role("heading", level=1).inner_text() == "Connect Practice"
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.wait_for_url(f"{app.page.origin}/back?**")
    assert page.get_by_role("heading").inner_text() == "Acme: success"
    assert app.page.visits == [
        {
            "connectionId": link["connectedAccountId"],
            "connectedAccountId": link["connectedAccountId"],
            "status": "success",
        }
    ]
    account = app.account(link)
    assert account["status"] == "ACTIVE"
    assert account["identity"]["email"] == "sales@example.com"
    assert account["label"] == "sales@example.com"


@BOTH_WAYS
def test_without_a_callback_url_the_visit_ends_on_our_page(app: App, visitor: Visitor, scripts: bool) -> None:
    link = app.link(callbackUrl=None)
    page = visitor(scripts=scripts).new_page()
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page, "support@example.com")
    assert "Connected as support@example.com" in page.get_by_role("main").inner_text()
    assert app.account(link)["status"] == "ACTIVE"


@BOTH_WAYS
def test_saying_not_now_on_our_page_leads_back_with_the_reason(
    app: App, visitor: Visitor, scripts: bool
) -> None:
    link = app.link()
    page = visitor(scripts=scripts).new_page()
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Not now").click()
    page.wait_for_url(f"{app.page.origin}/back?**")
    assert app.page.visits[0]["status"] == "failed"
    assert app.page.visits[0]["error"] == "access_denied"
    assert app.account(link)["status"] == "FAILED"
    assert app.provider.grants == []


@BOTH_WAYS
def test_saying_no_at_the_service_leads_back_with_the_reason(
    app: App, visitor: Visitor, scripts: bool
) -> None:
    link = app.link()
    page = visitor(scripts=scripts).new_page()
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    page.get_by_role("button", name="sales@example.com").click()
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{app.page.origin}/back?**")
    assert app.page.visits[0]["error"] == "access_denied"
    assert app.account(link)["statusReason"]["code"] == "access_denied"


@BOTH_WAYS
def test_a_key_is_typed_hidden_refused_beside_the_field_and_taken(
    app: App, visitor: Visitor, scripts: bool
) -> None:
    link = app.link(authConfigId=app.key_config_id)
    page = visitor(scripts=scripts).new_page()
    page.goto(link["redirectUrl"])
    box = page.get_by_label("API key")
    assert box.get_attribute("type") == "password"
    box.fill("not-the-key")
    page.get_by_role("button", name="Connect Practice Keys").click()
    page.get_by_role("alert").wait_for()
    assert "Practice Keys did not accept this" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("API key").input_value() == ""
    assert "not-the-key" not in page.content()
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Connect Practice Keys").click()
    page.wait_for_url(f"{app.page.origin}/back?**")
    assert app.page.visits[0]["status"] == "success"
    assert app.account(link)["identity"]["email"] == "sales@example.com"


def test_who_comes_back_by_the_back_button_can_press_again(app: App, visitor: Visitor) -> None:
    link = app.link()
    page = visitor().new_page()
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    page.get_by_role("button", name="sales@example.com").wait_for()
    page.go_back()
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.wait_for_url(f"{app.page.origin}/back?**")
    assert app.account(link)["status"] == "ACTIVE"


@BOTH_WAYS
def test_a_double_click_is_one_press(app: App, visitor: Visitor, scripts: bool) -> None:
    link = app.link()
    page = visitor(scripts=scripts).new_page()
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").dblclick()
    agree_at_the_provider(page)
    page.wait_for_url(f"{app.page.origin}/back?**")
    assert [visit["status"] for visit in app.page.visits] == ["success"]
    assert len(app.provider.live_grants) == 1


def test_of_two_tabs_the_one_that_pressed_last_finishes(app: App, visitor: Visitor) -> None:
    link = app.link()
    person = visitor()
    first, second = person.new_page(), person.new_page()
    for page in (first, second):
        page.goto(link["redirectUrl"])
        page.get_by_role("button", name="Connect Practice").click()
        page.get_by_role("button", name="sales@example.com").wait_for()
    agree_at_the_provider(first)
    assert first.get_by_role("heading", level=1).inner_text() == "This answer belongs to nothing"
    assert app.account(link)["status"] == "INITIATED"
    second.get_by_role("button", name="sales@example.com").click()
    second.get_by_role("button", name="Allow").click()
    second.wait_for_url(f"{app.page.origin}/back?**")
    assert app.account(link)["status"] == "ACTIVE"


def test_a_link_that_another_browser_has_begun_tells_what_to_do(app: App, visitor: Visitor) -> None:
    link = app.link()
    mine = visitor().new_page()
    mine.goto(link["redirectUrl"])
    mine.get_by_role("button", name="Connect Practice").click()
    theirs = visitor().new_page()
    theirs.goto(link["redirectUrl"])
    theirs.get_by_role("button", name="Connect Practice").click()
    assert theirs.get_by_role("heading", level=1).inner_text() == "This was begun in another browser"
    assert theirs.get_by_role("link", name="Back to Acme").get_attribute("href") == f"{app.page.origin}/"
    agree_at_the_provider(mine)
    mine.wait_for_url(f"{app.page.origin}/back?**")
    assert app.account(link)["status"] == "ACTIVE"


def test_an_answer_that_is_carried_into_another_browser_connects_nothing(app: App, visitor: Visitor) -> None:
    """Somebody makes another person finish what they began: the answer is thrown away unspent (RFC 9700, 4.7)."""
    link = app.link()
    page = visitor().new_page()
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    page.get_by_role("button", name="sales@example.com").wait_for()
    asked = parse_qs(urlsplit(page.url).query)["next"][0]
    callback = app.provider.visit(app.provider.origin + asked)
    other = visitor().new_page()
    answer = other.goto(callback)
    assert answer is not None
    assert answer.status == 410
    assert other.get_by_role("heading", level=1).inner_text() == "This was begun in another browser"
    assert app.provider.grants == []
    assert app.account(link)["status"] == "FAILED"
