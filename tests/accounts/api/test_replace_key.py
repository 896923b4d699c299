"""PATCH connected_accounts/{id} with a connection: a new key in place of the old one."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

import pytest

from accounts.actions import replace_key as replacing
from accounts.actions.try_at_service import try_at_service
from accounts.models import ConnectedAccount, Credential, Status
from authconfigs.models import AuthConfig
from flowra.models import Event
from tests.accounts.acme import API_KEY, Acme, make_acme
from tests.accounts.actions.test_submit_credentials import service_with
from tests.accounts.at_once import at_once, refusals
from tests.accounts.bringing import KEY, VAL, app_of, body_of, secrets_of
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NEW = "practice-key-9876543210"


@pytest.fixture
def app(acme: Acme) -> Caller:
    acme.provider.add_key(NEW)
    return app_of(acme)


@pytest.fixture
def config(acme: Acme) -> AuthConfig:
    return service_with(acme, "API_KEY")


@pytest.fixture
def account(config: AuthConfig) -> ConnectedAccount:
    return make_account(config, secrets={"api_key": KEY}, identity_email="old@example.com")


def change(**val: Any) -> dict[str, Any]:
    return {"connection": {"state": {"val": val}}}


def test_the_new_key_is_tried_and_takes_the_old_one_s_place(
    acme: Acme, app: Caller, account: ConnectedAccount
) -> None:
    answer = app.patch(f"connected_accounts/{account.pk}", change(api_key=NEW))
    assert answer.status_code == 200, answer.content
    assert (answer.json()["id"], answer.json()["status"]) == (account.pk, "ACTIVE")
    assert answer.json()["identity"]["email"] == "sales@example.com"
    assert NEW not in answer.content.decode()
    credential = Credential.objects.get(pk=account.pk)
    assert (credential.secrets, credential.version) == ({"api_key": NEW}, 2)
    assert acme.provider.calls.to("/api/key-check")


def test_the_trail_says_what_was_replaced_and_not_by_what(app: Caller, account: ConnectedAccount) -> None:
    app.patch(f"connected_accounts/{account.pk}", change(api_key=NEW))
    event = Event.objects.get(subject_id=account.pk, type="account.updated")
    assert event.data == {"replaced": ["api_key"]}
    assert event.actor_kind == "api_key"


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.FAILED])
def test_one_that_had_ended_is_active_again(app: Caller, config: AuthConfig, status: str) -> None:
    account = make_account(config, secrets={"api_key": "gone"}, status=status, status_reason="grant_revoked")
    shown = app.patch(f"connected_accounts/{account.pk}", change(api_key=NEW)).json()
    assert (shown["status"], shown["statusReason"]) == ("ACTIVE", None)


def test_one_that_failed_before_it_ever_had_a_key_gets_its_first(app: Caller, config: AuthConfig) -> None:
    account = make_account(config, status=Status.FAILED)
    assert app.patch(f"connected_accounts/{account.pk}", change(api_key=NEW)).json()["status"] == "ACTIVE"
    assert secrets_of(account.pk) == {"api_key": NEW}


def test_one_that_is_switched_off_stays_so_and_is_active_afterwards(
    app: Caller, account: ConnectedAccount
) -> None:
    path = f"connected_accounts/{account.pk}"
    app.patch(path, {"isDisabled": True})
    assert app.patch(path, change(api_key=NEW)).json()["status"] == "INACTIVE"
    assert app.patch(path, {"isDisabled": False}).json()["status"] == "ACTIVE"
    assert secrets_of(account.pk) == {"api_key": NEW}


def test_a_key_that_the_service_refuses_changes_nothing(app: Caller, account: ConnectedAccount) -> None:
    body = {**change(api_key="wrong-key"), "displayName": "New"}
    told = problem_of(app.patch(f"connected_accounts/{account.pk}", body), 400, VAL + "api_key")
    assert "wrong-key" not in json.dumps(told)
    stored = ConnectedAccount.objects.get(pk=account.pk)
    assert (stored.display_name, secrets_of(account.pk)) == (None, {"api_key": KEY})
    assert not Event.objects.filter(subject_id=account.pk).exists()


def test_a_service_that_is_down_changes_nothing(acme: Acme, app: Caller, account: ConnectedAccount) -> None:
    acme.provider.fail("/api/key-check", "status", status=503)
    problem_of(app.patch(f"connected_accounts/{account.pk}", change(api_key=NEW)), 502)
    assert secrets_of(account.pk) == {"api_key": KEY}


def test_a_password_keeps_its_user_name_and_an_address_is_never_changed_alone(
    acme: Acme, app: Caller
) -> None:
    """Who may change an address but not read the key must not have the key sent there."""
    config = service_with(acme, "BASIC")
    account = make_account(config, secrets={"password": "old"}, connection_data={"username": "practice"})
    path = f"connected_accounts/{account.pk}"
    assert app.patch(path, change(password="practice-password")).status_code == 200
    assert ConnectedAccount.objects.get(pk=account.pk).connection_data == {"username": "practice"}
    acme.provider.calls.clear()
    problem_of(app.patch(path, change(username="mallory")), 400, VAL + "password")
    assert len(acme.provider.calls) == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"connection": None}, "connection"),
        ({"connection": {}}, "connection.state"),
        ({"connection": {"state": {}}}, "connection.state.val"),
        (change(), VAL + "api_key"),
        (change(api_key=""), VAL + "api_key"),
        (change(api_key="a\nb"), VAL + "api_key"),
        (change(api_key=7.5), VAL + "api_key"),
        (change(api_key=NEW, colour="red"), VAL + "colour"),
        ({"connection": {"state": {"authScheme": "BASIC", "val": {"api_key": NEW}}}}, "connection.state.authScheme"),
        ({**change(api_key=NEW), "labels": ["a,b"]}, "labels"),
    ],
)  # fmt: skip
def test_a_mistaken_change_is_refused_by_name(
    acme: Acme, app: Caller, account: ConnectedAccount, body: dict[str, Any], field: str
) -> None:
    problem_of(app.patch(f"connected_accounts/{account.pk}", body), 400, field)
    assert secrets_of(account.pk) == {"api_key": KEY}
    assert len(acme.provider.calls) == 0


def test_a_grant_by_oauth_is_renewed_by_a_link(acme: Acme, app: Caller) -> None:
    account = acme.connect().account
    told = problem_of(
        app.patch(f"connected_accounts/{account.pk}", change(access_token="x")), 400, "connection"
    )
    assert "link" in told["message"]


def test_a_service_without_keys_has_none_to_replace(acme: Acme, app: Caller) -> None:
    account = make_account(service_with(acme, "NO_AUTH"), secrets={})
    problem_of(app.patch(f"connected_accounts/{account.pk}", change()), 400, "connection")


def test_one_that_waits_for_its_link_is_left_to_it(acme: Acme, app: Caller, config: AuthConfig) -> None:
    account = acme.link(auth_config_id=config.pk).account
    told = problem_of(app.patch(f"connected_accounts/{account.pk}", change(api_key=NEW)), 409)
    assert told["code"] == "account_not_connected"


def test_others_cannot_reach_it(acme: Acme, app: Caller, account: ConnectedAccount) -> None:
    path = f"connected_accounts/{account.pk}"
    problem_of(app.as_user("customer_43").patch(path, change(api_key=NEW)), 404)
    problem_of(make_caller().patch(path, change(api_key=NEW)), 404)
    problem_of(app_of(acme, "accounts:read").patch(path, change(api_key=NEW)), 403)
    assert secrets_of(account.pk) == {"api_key": KEY}


def test_the_old_key_and_the_new_one_are_both_known_as_this_account_s(
    app: Caller, config: AuthConfig
) -> None:
    first = app.post("connected_accounts", body_of(config, {"api_key": KEY})).json()
    app.patch(f"connected_accounts/{first['id']}", change(api_key=NEW))
    for key in (KEY, NEW):
        again = app.post("connected_accounts", body_of(config, {"api_key": key})).json()
        assert (again["id"], again.get("duplicate")) == (first["id"], True)
    assert secrets_of(first["id"]) == {"api_key": NEW}


@pytest.mark.django_db(transaction=True)
def test_of_three_at_once_one_wins_and_the_others_are_told(
    transactional_db: None, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = service_with(make_acme(provider), "API_KEY")
    keys = [f"practice-key-000000000{n}" for n in range(3)]
    all_have_tried = threading.Barrier(len(keys))

    def try_and_wait(*given: Any, **named: Any) -> None:
        try_at_service(*given, **named)
        all_have_tried.wait(timeout=30)

    monkeypatch.setattr(replacing, "try_at_service", try_and_wait)
    for key in keys:
        provider.add_key(key)
    for secrets in ({"api_key": KEY}, None):
        account = make_account(config, secrets=secrets, status=Status.EXPIRED)
        results = at_once(
            *[partial(replacing.replace_key, account, API_KEY, {"api_key": key}) for key in keys]
        )
        assert refusals(results) == ["credential_changed"] * 2
        assert secrets_of(account.pk)["api_key"] == keys[results.index(None)]
        assert Event.objects.filter(subject_id=account.pk, type="account.updated").count() == 1
