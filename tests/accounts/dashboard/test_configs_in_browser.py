"""A developer sets a service up in a real browser: from the choice to an account of their own, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from authconfigs.models import AuthConfig
from flowra.models import Membership, Project, Role
from tests.accounts.dashboard.conftest import PASSWORD
from tests.factories import make_project, make_toolkit
from tests.provider import PracticeProvider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def acme(transactional_db: None) -> Project:
    project = make_project()
    user = User.objects.create_user("dev@example.com", password=PASSWORD)
    Membership.objects.create(user=user, project=project, role=Role.DEVELOPER)
    return project


def sign_in(context: BrowserContext, flowra: str, onward: str) -> Page:
    page = context.new_page()
    page.goto(f"{flowra}/dashboard/sign-in?next={onward}")
    page.get_by_label("Username").fill("dev@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{onward}*")
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_choice_to_an_account_of_ones_own(
    live_flowra: str, visitor: Visitor, acme: Project, provider: PracticeProvider, scripts: bool
) -> None:
    make_toolkit(
        acme,
        "practice",
        baseUrl=provider.origin,
        authSchemes=["OAUTH2"],
        oauth2={
            "authorizationUrl": f"{provider.origin}/authorize",
            "tokenUrl": f"{provider.origin}/token",
            "tokenAuthMethod": "client_secret_basic",
        },
    )
    page = sign_in(visitor(scripts=scripts), live_flowra, f"/dashboard/{acme.pk}/auth-configs")
    page.get_by_role("link", name="Choose the first service").click()
    page.get_by_role("link", name="Practice", exact=True).click()
    uri = page.locator("#redirect-uri").inner_text()
    client = provider.register_client(redirect_uris=[uri], name="Acme")
    assert client.client_secret
    page.get_by_label("Client ID").fill(client.client_id)
    page.get_by_label("Client secret").fill("not the right one")
    page.get_by_role("button", name="Save and test").click()
    if not scripts:
        page.get_by_role("button", name="Test now").click()
    page.get_by_text("Practice refuses the client: mend it here").wait_for()
    page.get_by_role("link", name="Mend client ID and secret here").click()
    page.get_by_label("Client secret").fill(client.client_secret)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test now").click()
    page.get_by_text("Practice knows your app").wait_for()
    made = AuthConfig.objects.get()
    assert made.redirect_uri == uri
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Connect Practice").click()
    opened.value.get_by_role("heading", name="Connect Practice").wait_for()


def test_the_address_is_copied_by_one_press(live_flowra: str, visitor: Visitor, acme: Project) -> None:
    context = visitor()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = sign_in(context, live_flowra, f"/dashboard/{acme.pk}/auth-configs/new/github")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert (
        page.evaluate("navigator.clipboard.readText()") == page.locator("#redirect-uri").inner_text().strip()
    )
