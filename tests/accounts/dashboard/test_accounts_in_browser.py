"""Support with a customer on the phone, in a real browser: by keyboard, without scripts, on a phone, for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from accounts.models import ConnectedAccount, Status
from flowra.models import Membership, Project, Role
from tests.accounts.dashboard.conftest import PASSWORD
from tests.factories import make_account, make_auth_config, make_external_user, make_project

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def acme(transactional_db: None) -> Project:
    """Acme, with a member who supports, and accounts of people with all kinds of names."""
    project = make_project()
    user = User.objects.create_user("support@example.com", password=PASSWORD)
    Membership.objects.create(user=user, project=project, role=Role.SUPPORT)
    slack, gmail = make_auth_config(project, "slack", display_name=LONG), make_auth_config(project, "gmail")
    for number, name in enumerate(("sales@example.com", f"{LONG}@example.com", "نورا الأحمد", "")):
        for config in (slack, gmail):
            make_account(
                config,
                make_external_user(project, f"customer_{number}" if number else "x" * 200),
                status=Status.EXPIRED if config == slack else Status.ACTIVE,
                identity_email=name if "@" in name else "",
                identity_name=name,
                labels=["vip", LONG],
                scopes_requested=["chat:write"],
                secrets={"access_token": "s3cret"},
            )
    return project


def sign_in(context: BrowserContext, flowra: str, onward: str) -> Page:
    page = context.new_page()
    page.goto(f"{flowra}/dashboard/sign-in?next={onward}")
    page.get_by_label("Username").fill("support@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{onward}*")
    return page


def test_by_keyboard_from_the_search_to_the_link_to_send(
    live_flowra: str, visitor: Visitor, acme: Project
) -> None:
    page = sign_in(visitor(), live_flowra, f"/dashboard/{acme.pk}/accounts")
    page.keyboard.press("/")
    page.keyboard.type("sales@ nobody")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="No account fits all of that").wait_for()
    page.get_by_role("link", name="All", exact=True).press("Enter")
    page.locator("summary", has_text="Service").press("Enter")
    page.get_by_role("checkbox", name="Slack").press("Space")
    page.keyboard.press("Escape")
    assert page.locator("details.pick[open]").count() == 0
    page.keyboard.press("/")
    page.keyboard.type("sales@")
    page.keyboard.press("Enter")
    page.get_by_text("1 account", exact=True).wait_for()
    page.get_by_role("link", name="sales@example.com").press("Enter")
    page.get_by_role("button", name="Make a link to connect again").press("Enter")
    link = page.locator("#link").inner_text()
    assert link in page.locator("#letter").inner_text()
    page.get_by_role("link", name="I have sent it").press("Enter")
    page.get_by_text("Link made").wait_for()
    assert link not in page.content()


def test_without_scripts_it_is_filtered_and_revoked(
    live_flowra: str, visitor: Visitor, acme: Project
) -> None:
    page = sign_in(visitor(scripts=False), live_flowra, f"/dashboard/{acme.pk}/accounts")
    page.locator("summary", has_text="Status").click()
    page.get_by_role("checkbox", name="Needs the user").check()
    page.get_by_role("button", name="Show").first.click()
    page.get_by_text("4 accounts", exact=True).wait_for()
    page.get_by_role("link", name="sales@example.com").click()
    page.get_by_role("link", name="Revoke…").click()
    page.get_by_label("Reason").fill("asked on the phone")
    page.get_by_role("button", name="Revoke sales@example.com").click()
    page.get_by_text("asked on the phone").wait_for()
    assert ConnectedAccount.live.count() == 7


@pytest.mark.parametrize(
    "look", [{"width": 320}, {"width": 320, "dark": True}, {"width": 1280}], ids=["phone", "dark", "desk"]
)
def test_the_pages_are_for_everybody(
    live_flowra: str, visitor: Visitor, acme: Project, look: dict[str, object]
) -> None:
    account = ConnectedAccount.objects.filter(identity_email__startswith="Donau").order_by("pk")[0]
    base = f"/dashboard/{acme.pk}"
    page = sign_in(visitor(**look), live_flowra, f"{base}/accounts")
    found = []
    for path in (
        "/accounts?statuses=EXPIRED,ACTIVE&labels=vip",
        "/accounts?q=nobody",
        "/accounts?statuses=LOST",
        f"/accounts/{account.pk}",
        f"/accounts/{account.pk}/edit",
        f"/accounts/{account.pk}/revoke",
        "/people",
        f"/people/{account.external_user_id}",
        f"/people/{account.external_user_id}/revoke",
    ):
        page.goto(f"{live_flowra}{base}{path}")
        picks = page.locator("details.pick > summary")
        if picks.count():
            picks.first.click()
        found += [(path, each["id"]) for each in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((path, "wider than the screen"))
    assert found == []
