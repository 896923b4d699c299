"""One story for every toolkit: connect, be recognised, be renewed, be revoked, at a server shaped by the service's facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.actions.find_link import find_link
from accounts.actions.revoke_account import revoke_account, what_will_happen
from accounts.actions.submit_credentials import submit_credentials
from accounts.actions.tell_provider import tell_provider
from accounts.models import ConnectedAccount, Credential, Revocation, RevocationOutcome, Status
from authconfigs.catalogue import load
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra.due.row import claim
from flowra.models import Project
from tests.accounts.acme import BACK, STAFF, Acme, Browser, query_of, reread
from tests.accounts.elsewhere import moved
from tests.accounts.later import run_out
from tests.caller import Caller
from tests.factories import make_key
from tests.provider import PracticeProvider
from tests.provider.records import RefreshRule

CATALOGUE = dict(load.all_toolkits())
BY_BROWSER = [slug for slug, toolkit in CATALOGUE.items() if toolkit.auth_schemes[0] == "OAUTH2"]
BY_FORM = [slug for slug in CATALOGUE if slug not in BY_BROWSER]
CONNECTION_DATA = {"zendesk": {"subdomain": "acme"}}
NOT_TOLD = {"outlook"}
# Tokens that never run out, unless the app's registration says otherwise.
NEVER_RUNS_OUT = {"slack", "github"}
RUNS_OUT = {
    "slack": {"refresh": "rotates", "expires_in": 43_200},
    "github": {"refresh": "rotates", "expires_in": 28_800},
}
KEYS = {
    "openai": {"api_key": "sk-practice-0123456789"},
    "twilio": {"username": "AC" + "0123456789abcdef" * 2, "password": "fedcba9876543210" * 2},
}


@pytest.fixture
def app(db: None, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch) -> Acme:
    """A project, with all services on the practice server; its auth config is made by `registered`."""
    elsewhere = {slug: moved(toolkit, provider.origin) for slug, toolkit in CATALOGUE.items()}
    monkeypatch.setattr("authconfigs.catalogue.load.all_toolkits", lambda: elsewhere)
    monkeypatch.setattr("authconfigs.actions.toolkit_for.all_toolkits", lambda: elsewhere)
    project = Project.objects.create(name="Acme", callback_origins=["https://acme.example"])
    return Acme(project, AuthConfig(project=project), provider)


def registered(app: Acme, toolkit: Toolkit, **client_facts: Any) -> AuthConfig:
    """The app's client at that service; `client_facts` as the service's console has them."""
    auth_config = AuthConfig(
        project=app.project,
        toolkit_slug=toolkit.slug,
        name=f"{toolkit.slug}-1",
        auth_scheme=toolkit.auth_schemes[0],
    )
    if toolkit.oauth2 is not None:
        client = app.provider.register_client(
            service=toolkit.slug, redirect_uris=[auth_config.redirect_uri], **client_facts
        )
        auth_config.settings = {"client_id": client.client_id, "scopes": list(toolkit.oauth2.default_scopes)}
        auth_config.secrets = {"client_secret": client.client_secret}
    auth_config.save(force_insert=True)
    return auth_config


def work() -> Revocation:
    for row in claim(Revocation, limit=10, lease=timedelta(seconds=60)):
        tell_provider(row)
    return Revocation.objects.get()


def test_the_catalogue_has_its_fourteen_services() -> None:
    assert len(CATALOGUE) >= 14
    assert set(KEYS) == set(BY_FORM)


@pytest.mark.parametrize(
    ("slug", "client_facts"),
    [
        *(pytest.param(slug, {}, id=slug) for slug in BY_BROWSER),
        *(pytest.param(slug, facts, id=f"{slug}, whose tokens run out") for slug, facts in RUNS_OUT.items()),
    ],
)
def test_an_app_connects_a_person_and_gives_the_grant_back_through_its_own_doors(
    app: Acme, slug: str, client_facts: dict[str, Any]
) -> None:
    """The API makes the link, the page is pressed, the person agrees there, the API lists, the API deletes."""
    auth_config = registered(app, load.all_toolkits()[slug], **client_facts)
    caller, person = Caller(app.project, make_key(app.project)[1]).as_user("customer_42"), Client()
    body = {"authConfigId": auth_config.pk, "connectionData": CONNECTION_DATA.get(slug), "callbackUrl": BACK}
    link = caller.post("connected_accounts/link", body).json()
    page = urlsplit(link["redirectUrl"]).path
    html = person.get(page).content.decode()
    assert f"Connect {CATALOGUE[slug].name}</button>" in html
    callback = urlsplit(app.provider.visit(person.post(page)["Location"]))
    answer = person.get(f"{callback.path}?{callback.query}")
    assert query_of(answer["Location"])["status"] == "success", answer["Location"]
    found = caller.get("connected_accounts?statuses=ACTIVE").json()["items"]
    assert [account["id"] for account in found] == [link["connectedAccountId"]]
    assert found[0]["toolkit"]["slug"] == slug
    assert found[0]["identity"]["id"]
    assert found[0]["label"] not in ("", CATALOGUE[slug].name)
    assert found[0]["scopes"]["missing"] == []
    secrets = Credential.objects.get(pk=link["connectedAccountId"]).secrets
    assert app.provider.is_token_live(secrets["access_token"])
    assert not any(secret in str(found) for secret in secrets.values())
    assert len(app.provider.live_grants) == 1
    if slug in NEVER_RUNS_OUT and not client_facts:
        assert "refresh_token" not in secrets
    else:
        secrets = renewed(app, caller, link["connectedAccountId"], secrets)
    told = what_will_happen(ConnectedAccount.objects.get())
    assert caller.delete(f"connected_accounts/{link['connectedAccountId']}").status_code == 200
    outcome = work().outcome
    if slug in NOT_TOLD:
        assert outcome == RevocationOutcome.UNSUPPORTED
        assert "can't be told" in told
    else:
        assert outcome == RevocationOutcome.DONE, Revocation.objects.get().detail
        assert app.provider.live_grants == []
        ends_all = not app.provider.is_token_live(secrets["access_token"])
        for words in (told, Revocation.objects.get().detail):
            assert ends_all != ("until it runs out" in words)
    assert not Credential.objects.exists()


def renewed(app: Acme, caller: Caller, account_id: str, before: dict[str, str]) -> dict[str, str]:
    """The token runs out, and the app asks for its account's next one; the secrets that are stored then."""
    app.provider.expire(before["access_token"])
    run_out(ConnectedAccount.objects.get(pk=account_id))
    told = caller.post(f"connected_accounts/{account_id}/refresh").json()
    assert (told["status"], told["scopes"]["missing"]) == ("ACTIVE", [])
    after = Credential.objects.get(pk=account_id).secrets
    assert after["access_token"] != before["access_token"]
    assert app.provider.is_token_live(after["access_token"])
    assert app.provider.is_token_live(after["refresh_token"])
    keeps = app.provider.grants[-1].client.refresh is RefreshRule.KEEPS
    assert (after["refresh_token"] == before["refresh_token"]) == keeps
    assert after.keys() == before.keys()
    has_an_end = app.provider.grants[-1].client.expires_in is not None
    assert (ConnectedAccount.objects.get(pk=account_id).expires_at is not None) == has_an_end
    return dict(after)


@pytest.mark.parametrize("slug", BY_BROWSER)
def test_a_person_says_no_there(app: Acme, slug: str) -> None:
    app.auth_config = registered(app, load.all_toolkits()[slug])
    link, browser = app.link(connection_data=CONNECTION_DATA.get(slug)), Browser()
    ending = app.come_back(app.provider.visit(app.press(link, browser), allow=False), browser)
    assert (ending.page, ending.error) == ("refused", "access_denied")
    assert app.provider.live_grants == []


@pytest.mark.parametrize("slug", BY_FORM)
def test_a_key_is_tried_there_and_said_not_to_be_taken_back(app: Acme, slug: str) -> None:
    toolkit = load.all_toolkits()[slug]
    typed = KEYS[slug]
    app.provider.add_key(":".join(typed.values()), service=slug)
    link = app.link(auth_config_id=registered(app, toolkit).pk)
    ending = submit_credentials(find_link(link.token), Browser().cookie, typed)
    account = reread(ending.account)
    assert (ending.outcome, account.status) == ("success", Status.ACTIVE)
    secret = {
        field.name for field in scheme_named(toolkit.auth_schemes[0]).account_fields(toolkit) if field.secret
    }
    assert set(account.secret_names) == secret
    assert not any(typed[name] in str(account.connection_data) for name in secret)
    revoke_account(account, STAFF)
    assert work().outcome == RevocationOutcome.UNSUPPORTED
    assert toolkit.revoke_page in work().detail


def test_slack_s_user_scopes_are_asked_beside_the_app_s_and_both_tokens_are_given_back(app: Acme) -> None:
    app.auth_config = registered(app, load.all_toolkits()["slack"])
    app.auth_config.settings = {**app.auth_config.settings, "user_scopes": ["search:read"]}
    app.auth_config.save()
    asked = query_of(app.press(app.link(), Browser()))
    assert asked["user_scope"] == "search:read"
    assert "search:read" not in asked["scope"]
    account = ConnectedAccount.objects.get(pk=app.connect().account.pk)
    secrets = Credential.objects.get(pk=account.pk).secrets
    assert secrets["user_access_token"] != secrets["access_token"]
    assert "search:read" in (account.scopes_granted or ())
    revoke_account(account, STAFF)
    assert work().outcome == RevocationOutcome.DONE
    assert not app.provider.is_token_live(secrets["user_access_token"])
    assert not app.provider.is_token_live(secrets["access_token"])
