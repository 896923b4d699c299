"""The page for everyone: with and without scripts, by keyboard, small and large, from right to left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.actions.revoke_account import revoke_account
from accounts.actions.update_account import update_account
from accounts.models import AccountUse, ConnectedAccount, Status
from flowra.events.record import SYSTEM
from tests.accounts.acme import make_acme
from tests.accounts.portal.conftest import Portal, make_portal
from tests.factories import make_external_user
from tests.provider import PracticeProvider
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def furnished() -> tuple[Portal, ConnectedAccount, ConnectedAccount]:
    """A page with one of each kind, the one that is used, and one that was disconnected."""
    portal = make_portal()
    used = portal.account(
        identity_email="sales@example.com",
        identity_workspace="Acme HQ",
        scopes_requested=["channels:read", "chat:write", "strange"],
        scopes_granted=["chat:write", "strange"],
        last_used_at=timezone.now(),
    )
    today = timezone.now().date()
    for days, kind, by in ((0, "tool", "SLACK_SEND_MESSAGE"), (1, "proxy", "production")):
        AccountUse.objects.create(account=used, day=today - timedelta(days=days), kind=kind, by=by, count=3)
    portal.account("github", identity_name=LONG, status=Status.EXPIRED)
    portal.account("notion", display_name=LONG, status=Status.INACTIVE, is_disabled=True)
    portal.account("hubspot", status=Status.FAILED, status_reason="access_denied", secrets=None)
    shared = portal.account("gmail", user=make_external_user(portal.project, "other"))
    update_account(shared, SYSTEM, shared_with="project")
    gone = portal.account("linear", identity_email="gone@example.com")
    revoke_account(gone, SYSTEM)
    return portal, used, gone


def opened(portal: Portal, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(portal.started.url)
    page.get_by_role("button", name="See my connections").click()
    page.get_by_role("heading", name="Your connections", level=1).wait_for()
    page.wait_for_url(f"**{portal.home}")
    return page


@pytest.mark.parametrize(
    "look",
    [{"width": 320, "height": 640}, {"dark": True}, {"width": 320, "dark": True}, {"width": 1280}],
    ids=["phone", "dark", "dark-phone", "desk"],
)
def test_nothing_stands_in_the_way_of_anyone(
    live_flowra: str, visitor: Visitor, look: dict[str, Any]
) -> None:
    portal, used, gone = furnished()
    context = visitor(**look)
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if "Security Policy" in said.text else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    foreign: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(live_flowra) else foreign.append(asked.url))

    def look_at(url: str) -> None:
        page.goto(url)
        results = Axe().run(page)
        assert results.violations_count == 0, f"{url}: {results.generate_report()}"
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), url
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), url
        for each in page.locator("button:visible, .button:visible, input:visible, summary:visible").all():
            box = each.bounding_box()
            assert box is not None and box["height"] >= 43.9, (url, each.inner_text())

    look_at(portal.started.url)
    page.goto(portal.started.url)
    page.get_by_role("button", name="See my connections").click()
    page.wait_for_url(f"**{portal.home}")
    home = f"{live_flowra}{portal.home}"
    for path in (
        "",
        "?q=nothing",
        f"/{used.pk}",
        f"/{used.pk}?told=renamed",
        f"/{used.pk}/disconnect",
        f"/{gone.pk}/disconnected?look=7",
        f"/{gone.pk}",
    ):
        look_at(f"{home}{path}")
    assert (troubles, foreign) == ([], [])


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_connects_again_renames_and_disconnects(
    live_flowra: str, visitor: Visitor, provider: PracticeProvider, scripts: bool
) -> None:
    acme = make_acme(provider)
    account = acme.connect().account
    ConnectedAccount.objects.filter(pk=account.pk).update(status=Status.EXPIRED)
    page = opened(make_portal(acme.project), visitor(scripts=scripts))
    assert "One connection needs you." in page.inner_text("main")
    page.get_by_role("link", name="sales@example.com").click()
    page.get_by_role("button", name="Connect again").click()
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.get_by_text("It is connected, and works.").wait_for()
    page.get_by_label("Name").fill("Sales inbox")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Sales inbox", level=1).wait_for()
    page.get_by_role("link", name="Disconnect").click()
    page.get_by_role("button", name="Disconnect Practice").click()
    page.get_by_text("Acme can no longer use it.").wait_for()
    for _ in range(20):
        if page.get_by_role("heading", name="Practice has forgotten it").count():
            break
        if scripts:
            page.get_by_role("heading", name="Practice has forgotten it").wait_for()
        else:
            page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Back to your connections").click()
    page.get_by_role("heading", name="Nothing is connected").wait_for()


def test_by_keyboard_alone(live_flowra: str, visitor: Visitor) -> None:
    portal, used, _ = furnished()
    page = visitor().new_page()
    page.goto(portal.started.url)
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{portal.home}")
    for _ in range(4):
        page.keyboard.press("Tab")
        row = "getComputedStyle(document.activeElement.closest('.connection')).outlineWidth"
        assert page.evaluate(row) == "3px"
        if page.evaluate("document.activeElement.textContent") == "sales@example.com":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{used.pk}")


def test_from_right_to_left_a_name_turns_nothing_around_it(live_flowra: str, visitor: Visitor) -> None:
    portal = make_portal()
    portal.project.name = "متجر"
    portal.project.save()
    portal.account(identity_email="sales@example.com", status=Status.EXPIRED)
    page = opened(portal, visitor(width=320))
    assert "\u2068متجر\u2069" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_of_two_people_s_browsers_the_first_has_it(live_flowra: str, visitor: Visitor) -> None:
    portal = make_portal()
    first, second = visitor().new_page(), visitor().new_page()
    for page in (first, second):
        page.goto(portal.started.url)
    for page in (first, second):
        page.get_by_role("button", name="See my connections").click()
    first.get_by_role("heading", name="Nothing is connected").wait_for()
    second.get_by_role("heading", name="This page is open in another browser").wait_for()


def test_who_leaves_finds_a_closed_page_by_the_back_button(live_flowra: str, visitor: Visitor) -> None:
    page = opened(make_portal(), visitor(width=320, dark=True))
    page.get_by_role("button", name="Close this page now").click()
    page.get_by_role("heading", name="This page is closed").wait_for()
    assert Axe().run(page).violations_count == 0
    page.go_back()
    page.get_by_role("heading", name="This page has run out").wait_for()
