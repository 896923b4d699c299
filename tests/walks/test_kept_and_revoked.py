"""Two walks at a running Flowra: a token that runs out while the app uses the proxy, and support that revokes.

All that happens is told to the app's receiver, signed, in order, and without a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.flowra.installation import within
from tests.walks.conftest import agree_at_the_provider
from tests.walks.running import SUPPORT, Running, running

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]


@pytest.fixture(scope="module")
def flowra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("walk") / "data") as made:
        yield made


def connect(flowra: Running, visitor: Visitor, **wishes: Any) -> str:
    """The app makes a link, and the person finishes it; the account's id."""
    link = flowra.app.link(**wishes)
    person: Page = visitor().new_page()
    person.goto(link["redirectUrl"])
    person.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(person)
    person.wait_for_url(f"{flowra.app.page.origin}/back?**")
    assert flowra.app.page.visits[-1]["status"] == "success"
    account_id: str = link["connectedAccountId"]
    return account_id


def assert_no_secret_was_told(flowra: Running) -> None:
    """Neither to the receiver, each message once, nor to the log or the screen."""
    messages = list(flowra.receiver.got)
    assert len({got.id for got in messages}) == len(messages) > 0
    said = [got.body.decode() for got in messages] + [flowra.serve.log, flowra.serve.screen]
    assert [secret for secret in flowra.secrets() for words in said if secret in words] == []


def test_a_proxy_call_with_an_expired_token(flowra: Running, visitor: Visitor) -> None:
    app, provider = flowra.app, flowra.provider
    account = connect(flowra, visitor)
    flowra.told_of(account, "connected")
    call = f"connected_accounts/{account}/proxy/api/me"
    assert app.caller.get(call).json()["email"] == "sales@example.com"

    # It runs out: of forty calls one renews it, and all are served.
    flowra.time_goes_by(account)
    before = len(provider.calls.to("/token", "POST"))
    with ThreadPoolExecutor(40) as callers:
        answers = list(callers.map(lambda _: app.caller.get(call), range(40)))
    assert [answer.status_code for answer in answers] == [200] * 40
    assert len(provider.calls.to("/token", "POST")) == before + 1
    flowra.told_of(account, "connected", "refreshed")

    # The provider is down: so it is said, and the account stays as it is.
    flowra.time_goes_by(account)
    provider.fail("/token", "status", status=503)
    answer = app.caller.get(call)
    assert answer.status_code == 502
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    assert app.caller.get(f"connected_accounts/{account}").json()["status"] == "ACTIVE"
    flowra.time_goes_by(account)
    assert app.caller.get(call).status_code == 200

    # The person withdraws at the provider: the app hears of it, and how to ask for a new connection.
    provider.end_grant(provider.grants[-1])
    flowra.time_goes_by(account)
    answer = app.caller.get(call)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_expired")
    reconnect = answer.json()["reconnect"]
    assert (reconnect["method"], reconnect["path"]) == ("POST", "/api/v1/connected_accounts/link")
    told = flowra.told_of(account, "connected", "refreshed", "refreshed", "expired")[-1]["data"]
    assert (told["status"], told["statusReason"], told["externalUser"]["name"]) == (
        "EXPIRED",
        "grant_revoked",
        "customer_42",
    )

    # They connect it again: the same account, which the proxy uses as before.
    assert connect(flowra, visitor, **reconnect["body"]) == account
    assert app.caller.get(call).json()["email"] == "sales@example.com"
    so_far = ["connected", "refreshed", "refreshed", "expired", "reconnected"]
    assert flowra.told_of(account, *so_far)[-1]["data"]["status"] == "ACTIVE"

    # Switched off it is of no use, and switched on it is.
    app.caller.patch(f"connected_accounts/{account}", {"isDisabled": True})
    assert app.caller.get(call).json()["code"] == "account_disabled"
    app.caller.patch(f"connected_accounts/{account}", {"isDisabled": False})
    assert app.caller.get(call).status_code == 200
    statuses = [each["data"]["status"] for each in flowra.told_of(account, *so_far, "disabled", "enabled")]
    assert statuses[-2:] == ["INACTIVE", "ACTIVE"]
    assert_no_secret_was_told(flowra)


def test_support_revokes(flowra: Running, visitor: Visitor) -> None:
    app, provider = flowra.app, flowra.provider
    account = connect(flowra, visitor, eUID="customer_7")
    flowra.told_of(account, "connected")
    tokens = [token.value for token in provider.grants[-1].tokens]
    assert all(provider.is_token_live(token) for token in tokens)
    provider.fail("/revoke", "status", status=503, times=2)

    # Support finds it by the app's name for its user, and revokes it with a reason.
    page: Page = visitor().new_page()
    page.goto(f"{flowra.origin}/admin/")
    page.get_by_label("Username").fill(SUPPORT[0])
    page.get_by_label("Password").fill(SUPPORT[1])
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Connected accounts").first.wait_for()
    page.goto(f"{flowra.origin}/admin/accounts/connectedaccount/?q=customer_7")
    page.locator("#result_list tbody th a, #result_list tbody a").first.click()
    story = page.url
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("Reason").fill("They asked on the phone")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("revoked").first.wait_for()

    # It is of no use from this moment on, though the provider could not be told yet.
    assert app.caller.get(f"connected_accounts/{account}/proxy/api/me").status_code == 404
    told = flowra.told_of(account, "connected", "deleted", "revocation_failed")
    assert told[1]["data"]["reason"] == "They asked on the phone"
    assert told[2]["data"]["outcome"] == "FAILING"
    assert any(provider.is_token_live(token) for token in tokens)
    page.goto(story)
    assert "503" in page.locator("body").inner_text()

    # Then it is told, and has forgotten the grant; the page says so.
    flowra.time_goes_by(account)
    told = flowra.told_of(account, "connected", "deleted", "revocation_failed", "revoked")
    assert told[3]["data"]["outcome"] == "DONE"
    assert not any(provider.is_token_live(token) for token in tokens)
    page.goto(story)
    assert within(lambda: "has forgotten the grant" in page.locator("body").inner_text())
    assert_no_secret_was_told(flowra)
