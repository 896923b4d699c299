"""Whole walks with the keyboard alone, and what a screen reader reads first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from accounts.models import ConnectedAccount
from flowra.models import ApiKey, Membership, Role
from tests.factories import make_account, make_auth_config
from tests.staff import make_operator
from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
PASSWORD = "correct horse battery"
_NAME = """() => {
    const here = document.activeElement;
    return here === document.body ? "" : [here.innerText, here.ariaLabel, ...[...(here.labels || [])].map((each) => each.innerText)].join(" ");
}"""
MOST_TABS = 80


def tab_to(page: Page, name: str, kinds: str = "a, button") -> None:
    """Presses Tab until what has the focus is of one of the kinds, and is called that."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{kinds}')") and name in page.evaluate(_NAME):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def press(page: Page, name: str) -> None:
    """Goes to it and presses it; waits for the page that it leads to."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fill_in(page: Page, name: str, text: str) -> None:
    """Goes to the field, and types."""
    tab_to(page, name, "input, textarea")
    page.keyboard.type(text)


def read_out(page: Page) -> list[str]:
    """What the accessibility tree says of the main part, in its order."""
    return [line.strip(" -") for line in page.locator("main").aria_snapshot().splitlines()]


def comes_before(lines: list[str], *words: str) -> None:
    """Each of the words is said, and after the one before it."""
    at = -1
    for word in words:
        place = next((n for n, line in enumerate(lines) if n > at and word in line), None)
        assert place is not None, f"{word!r} is not read out after the others in {lines}"
        at = place


def test_a_person_connects(app: App, visitor: Visitor) -> None:
    page = visitor().new_page()
    page.goto(app.link(callbackUrl=None)["redirectUrl"])
    press(page, "Connect Practice")
    agree_at_the_provider(page)
    page.get_by_text("Connected as").wait_for()


def test_a_person_chooses_among_services_and_connects(app: App, visitor: Visitor) -> None:
    ids = [app.auth_config_id] + [
        make_auth_config(app.caller.project, slug).pk for slug in ("slack", "gmail", "github")
    ]
    page = visitor().new_page()
    page.goto(app.link(authConfigId=None, authConfigIds=ids, callbackUrl=None)["redirectUrl"])
    press(page, "Practice")
    page.get_by_role("button", name="Connect Practice").wait_for()
    press(page, "Connect Practice")
    agree_at_the_provider(page)
    page.get_by_text("Connected as").wait_for()


def test_a_person_takes_their_connection_back(app: App, visitor: Visitor) -> None:
    account = make_account(make_auth_config(app.caller.project, "slack"), secrets={"access_token": "at"})
    user = account.external_user.name
    page = visitor().new_page()
    page.goto(app.caller.post("portal_sessions", {"eUID": user}).json()["url"])
    press(page, "See my connections")
    press(page, "Slack")
    press(page, "Disconnect")
    press(page, "Disconnect")
    account.refresh_from_db()
    assert account.deleted_at is not None


def test_a_developer_signs_in_and_makes_a_key(app: App, live_flowra: str, visitor: Visitor) -> None:
    project = app.caller.project
    user = User.objects.create_user("ada@acme.example", password=PASSWORD)
    Membership.objects.create(user=user, project=project, role=Role.OWNER)
    page = visitor().new_page()
    page.goto(f"{live_flowra}/dashboard/{project.pk}/keys")
    # The first field has the focus already.
    page.keyboard.type("ada@acme.example")
    fill_in(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="API keys").wait_for()
    tab_to(page, "To the content")
    page.keyboard.press("Enter")
    press(page, "Make an API key")
    page.get_by_role("heading", name="Make an API key").wait_for()
    fill_in(page, "Name", "Backend")
    press(page, "Make the key")
    page.get_by_role("heading", name="Copy the key now").wait_for()
    assert ApiKey.objects.filter(project=project, name="Backend").count() == 1


def test_support_finds_a_person_and_revokes(app: App, live_flowra: str, visitor: Visitor) -> None:
    account = make_account(
        make_auth_config(app.caller.project, "slack"),
        secrets={"access_token": "at"},
        identity_email="mia@customer.example",
    )
    make_operator("ops@example.com", password=PASSWORD)
    page = visitor().new_page()
    page.goto(f"{live_flowra}/admin/accounts/connectedaccount/")
    page.keyboard.type("ops@example.com")
    fill_in(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="connected account").first.wait_for()
    page.locator("#searchbar").focus()
    page.keyboard.type("mia@customer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "mia@customer.example")
    page.get_by_role("heading", name="mia@customer.example").wait_for()
    press(page, "Revoke")
    page.get_by_role("heading", name="Revoke").wait_for()
    fill_in(page, "Reason", "She asked for it")
    press(page, "Revoke mia@customer.example")
    page.get_by_text("Revoked").first.wait_for()
    assert ConnectedAccount.objects.get(pk=account.pk).deleted_at is not None


def test_a_screen_reader_reads_who_asks_before_what_to_press(app: App, visitor: Visitor) -> None:
    page = visitor().new_page()
    page.goto(app.link(scopes=["profile", "email"])["redirectUrl"])
    comes_before(
        read_out(page),
        'heading "Connect Practice" [level=1]',
        app.caller.project.name,
        "see your name",
        "customer_42",
        "127.0.0.1",
        'button "Connect Practice"',
        'button "Not now"',
    )
