"""The whole walk: asked for by the app, agreed by the person, listed by the app, revoked by support, gone at the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model

from accounts.models import Credential
from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
PROMISED_SECONDS = 3.0


def sign_in_to_the_admin(page: Page, flowra: str) -> None:
    get_user_model().objects.create_superuser("support", "support@example.com", "a long practice password")
    page.goto(f"{flowra}/admin/")
    page.get_by_label("Username").fill("support")
    page.get_by_label("Password").fill("a long practice password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Connected accounts").first.wait_for()


def is_gone(app: App, token: str) -> bool:
    """Waits as long as the contract gives the worker."""
    ends = time.monotonic() + PROMISED_SECONDS
    while app.provider.is_token_live(token) and time.monotonic() < ends:
        time.sleep(0.05)
    return not app.provider.is_token_live(token)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_from_the_app_s_link_to_a_grant_that_is_gone(
    app: App, visitor: Visitor, live_flowra: str, scripts: bool
) -> None:
    # The app asks for a link, and the person finishes it.
    link = app.link()
    person = visitor(scripts=scripts).new_page()
    person.goto(link["redirectUrl"])
    person.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(person)
    person.wait_for_url(f"{app.page.origin}/back?**")
    assert app.page.visits[0]["status"] == "success"

    # The app lists what is connected, and the token works at the service.
    listed = app.caller.get(
        "connected_accounts?statuses=ACTIVE&eUIDs=customer_42&toolkitSlugs=practice"
    ).json()
    assert [each["id"] for each in listed["items"]] == [link["connectedAccountId"]]
    assert listed["items"][0]["identity"]["email"] == "sales@example.com"
    tokens = Credential.objects.get(pk=link["connectedAccountId"]).secrets
    assert app.provider.is_token_live(tokens["access_token"])
    assert app.provider.is_token_live(tokens["refresh_token"])

    # Support finds it by the person's e-mail and revokes it with a reason.
    support = visitor(scripts=scripts).new_page()
    sign_in_to_the_admin(support, live_flowra)
    support.goto(f"{live_flowra}/admin/accounts/connectedaccount/?q=sales@example.com")
    support.locator("#result_list tbody th a, #result_list tbody a").first.click()
    assert "sales@example.com" in support.locator("h1").last.inner_text()
    support.get_by_role("link", name="Revoke").click()
    support.get_by_label("Reason").fill("They asked on the phone")
    support.get_by_role("button", name="Revoke").click()
    support.get_by_text("revoked").first.wait_for()

    # It is gone: at the service, in the API, and as a secret.
    assert is_gone(app, tokens["access_token"])
    assert is_gone(app, tokens["refresh_token"])
    assert app.caller.get(f"connected_accounts/{link['connectedAccountId']}").status_code == 404
    assert app.caller.get("connected_accounts").json()["items"] == []
    told = [(call.method, call.path) for call in app.provider.calls if call.path == "/revoke"]
    assert told
