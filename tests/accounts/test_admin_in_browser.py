"""The admin as support sees it: in a real browser, on a desk and on a phone, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.actions.revoke_account import revoke_account
from accounts.actions.revoke_many import start_run
from accounts.models import ConnectedAccount, Revocation, RevocationOutcome
from flowra.events.record import Actor
from tests.accounts.desk import LIST, make_whole_account, story_url
from tests.factories import make_account, make_external_user
from tests.staff import make_operator, make_support

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PASSWORD = "correct horse battery"


def sign_in(context: BrowserContext, flowra: str, name: str) -> Page:
    page = context.new_page()
    page.goto(f"{flowra}/admin/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_support_finds_two_and_revokes_them_with_a_reason(
    live_flowra: str, visitor: Callable[..., BrowserContext], scripts: bool
) -> None:
    first = make_whole_account()
    second = make_account(
        first.auth_config, make_external_user(first.project, "other"), identity_email="b@example.com"
    )
    make_support("support@example.com", PASSWORD)
    page = sign_in(visitor(scripts=scripts), live_flowra, "support@example.com")
    page.goto(f"{live_flowra}{LIST}")
    page.fill("#searchbar", "example.com")
    page.press("#searchbar", "Enter")
    for account in (first, second):
        page.check(f"input[value={account.pk}]")
    page.select_option("select[name=action]", "revoke_selected")
    page.click("button[name=index]")
    assert "Revoke 2 connections?" in page.inner_text("h1")
    page.fill("textarea[name=reason]", "Asked on the phone")
    page.click("main button[type=submit]")
    assert "2 of 2 revoked" in page.inner_text("h1")
    assert not ConnectedAccount.live.exists()
    page.click("text=sales@example.com")
    assert "Asked on the phone" in page.inner_text("main")


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_and_break_no_policy(
    live_flowra: str, visitor: Callable[..., BrowserContext], width: int, dark: bool
) -> None:
    account = make_whole_account()
    other = make_account(account.auth_config)
    run = start_run(
        ConnectedAccount.objects.filter(pk=other.pk),
        Actor("staff", "1"),
        "A long reason. " * 9,
        "All connections",
    )
    make_operator("ops@example.com", PASSWORD)
    page = sign_in(visitor(width=width, dark=dark), live_flowra, "ops@example.com")
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for url in (
        "/admin/",
        LIST,
        story_url(account),
        f"{LIST}revoke/?account={account.pk}",
        f"{LIST}revoke-all/",
        "/admin/accounts/revocationrun/",
        f"/admin/accounts/revocationrun/{run.pk}/change/?still=1",
        "/admin/accounts/externaluser/",
        f"/admin/authconfigs/authconfig/{account.auth_config_id}/change/",
        f"/admin/flowra/project/{account.project_id}/change/",
        f"/admin/flowra/project/{account.project_id}/keys/make/",
        "/admin/flowra/event/",
    ):
        page.goto(f"{live_flowra}{url}")
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, url
        assert page.locator("h1").count() == 1, url
    assert complaints == []


def test_the_first_page_leads_to_whoever_is_on_the_phone_by_keyboard_alone(
    live_flowra: str, visitor: Callable[..., BrowserContext]
) -> None:
    account = make_whole_account()
    make_support("support@example.com", PASSWORD)
    page = sign_in(visitor(width=320), live_flowra, "support@example.com")
    page.keyboard.type(f"Reference: {account.pk[-8:]}")
    page.keyboard.press("Enter")
    box = page.locator("#searchbar").bounding_box()
    assert box is not None and box["width"] >= 180 and box["height"] >= 44
    page.get_by_role("link", name="sales@example.com").click()
    assert "Whose turn" in page.inner_text("main")


@pytest.mark.parametrize("scripts", [True, False])
def test_support_revokes_all_of_a_person_and_watches_it_go(
    live_flowra: str, visitor: Callable[..., BrowserContext], scripts: bool
) -> None:
    account = make_whole_account()
    make_account(account.auth_config, account.external_user, identity_email="b@example.com")
    make_support("support@example.com", PASSWORD)
    page = sign_in(visitor(scripts=scripts), live_flowra, "support@example.com")
    page.goto(f"{live_flowra}/admin/accounts/externaluser/{account.external_user_id}/change/")
    page.click("text=Revoke all 2 connections of this person…")
    assert "Revoke 2 connections?" in page.inner_text("h1")
    page.fill("textarea[name=reason]", "They left")
    page.click("main button[type=submit]")
    # Nobody presses anything more: the worker works, and the page looks again by itself.
    page.get_by_text("2 of 2").wait_for()
    page.get_by_text("● Done").first.wait_for()
    assert not ConnectedAccount.live.exists()


def test_what_to_send_is_copied_by_one_press_and_with_the_link_in_it(
    live_flowra: str, visitor: Callable[..., BrowserContext]
) -> None:
    account = make_whole_account()
    make_support("support@example.com", PASSWORD)
    context = visitor()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_flowra)
    page = sign_in(context, live_flowra, "support@example.com")
    page.goto(f"{live_flowra}{story_url(account)}")
    page.get_by_role("button", name="Copy the text").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Hello,\n\nYour Slack connection")
    page.get_by_role("button", name="Ask to connect again").click()
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "/connect/" in link and link in page.inner_text("#to-say")
    page.goto(link)
    page.get_by_role("button", name="Connect Slack").wait_for()


def test_what_is_wrong_and_what_to_say_are_on_one_screen(
    live_flowra: str, visitor: Callable[..., BrowserContext]
) -> None:
    account = make_whole_account()
    ConnectedAccount.objects.update(status="EXPIRED", status_reason="grant_revoked")
    make_support("support@example.com", PASSWORD)
    page = sign_in(visitor(width=1280, height=800), live_flowra, "support@example.com")
    page.goto(f"{live_flowra}{story_url(account)}")
    for what in (".stand .big", ".stand .lead", ".stand .choices", "#to-say"):
        box = page.locator(what).first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 800, what


@pytest.mark.parametrize("look", [{"width": 320}, {"dark": True}], ids=["phone", "dark"])
def test_nothing_of_ours_stands_in_support_s_way(
    live_flowra: str, visitor: Callable[..., BrowserContext], look: dict[str, Any]
) -> None:
    account = make_whole_account()
    ConnectedAccount.objects.update(status="EXPIRED", status_reason="grant_revoked")
    other = make_account(account.auth_config)
    run = start_run(ConnectedAccount.objects.filter(pk=other.pk), Actor("staff", "1"), "They left", "All")
    make_support("support@example.com", PASSWORD)
    gone = make_account(account.auth_config, identity_email="gone@example.com")
    revoke_account(gone, Actor("staff", "1"), "They left")
    Revocation.objects.update(outcome=RevocationOutcome.GIVEN_UP, due_at=None)
    context = visitor(**look)
    page = context.new_page()
    page.goto(f"{live_flowra}/admin/login/")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page = sign_in(context, live_flowra, "support@example.com")
    for url in (
        "/admin/",
        f"{LIST}?q=nobody",
        story_url(account),
        story_url(gone),
        f"{LIST}revoke-all/",
        f"/admin/accounts/revocationrun/{run.pk}/change/?still=1",
    ):
        page.goto(f"{live_flowra}{url}")
        results = Axe().run(page, "#content")
        assert results.violations_count == 0, results.generate_report()
