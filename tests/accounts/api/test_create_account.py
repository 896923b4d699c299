"""POST connected_accounts: an account made without a link."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import ConnectedAccount, Credential, ExternalUser, GrantFingerprint
from flowra.models import Event
from tests.accounts.acme import Acme
from tests.accounts.actions.test_submit_credentials import service_with
from tests.accounts.bringing import KEY, VAL, app_of, body_of, granted_elsewhere, secrets_of
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_auth_config

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def app(acme: Acme) -> Caller:
    return app_of(acme)


def made(app: Caller, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    """The answer to a good body."""
    answer = app.post("connected_accounts", body)
    assert answer.status_code == status, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


def test_a_key_makes_an_active_account_and_is_never_shown(acme: Acme, app: Caller) -> None:
    told = made(app, body_of(service_with(acme, "API_KEY"), {"api_key": KEY}))
    assert told == {
        "id": told["id"],
        "connectionData": {"authScheme": "API_KEY", "val": {"api_key": "••••••••"}},
        "status": "ACTIVE",
        "redirectUrl": None,
        "deprecated": {"labels": [], "uuid": told["id"]},
    }
    assert secrets_of(told["id"]) == {"api_key": KEY}
    shown = app.get(f"connected_accounts/{told['id']}").json()
    assert (shown["status"], shown["externalUser"]["name"]) == ("ACTIVE", "customer_42")
    assert shown["identity"]["email"] == "sales@example.com"


def test_the_trail_says_that_it_was_imported_and_by_which_key(acme: Acme, app: Caller) -> None:
    told = made(app, body_of(service_with(acme, "API_KEY"), {"api_key": KEY}))
    event = Event.objects.get(subject_id=told["id"])
    assert (event.type, event.actor_kind, event.actor_name) == ("account.connected", "api_key", "test key")
    assert event.data == {"imported": True, "identity": "sales@example.com"}
    assert KEY not in json.dumps(event.data)


@pytest.mark.parametrize(
    ("scheme", "val"),
    [
        ("BASIC", {"username": "practice", "password": "practice-password"}),
        ("BEARER_TOKEN", {"token": KEY}),
        ("NO_AUTH", {}),
        ("NO_AUTH", None),
    ],
)
def test_every_scheme_without_a_redirect_is_taken(
    acme: Acme, app: Caller, scheme: str, val: dict[str, str] | None
) -> None:
    body = body_of(service_with(acme, scheme), val, validate=True)
    body["connection"]["state"]["authScheme"] = scheme
    told = made(app, body)
    assert (told["status"], told["connectionData"]["authScheme"]) == ("ACTIVE", scheme)
    assert "practice-password" not in json.dumps(told)


def test_a_key_is_checked_at_the_service_only_when_that_is_asked(acme: Acme, app: Caller) -> None:
    config = service_with(acme, "API_KEY")
    problem = problem_of(
        app.post("connected_accounts", body_of(config, {"api_key": "wrong-key"}, validate=True)),
        400,
        VAL + "api_key",
    )
    assert "wrong-key" not in json.dumps(problem)
    assert not ConnectedAccount.objects.exists()
    assert not GrantFingerprint.objects.exists()
    assert made(app, body_of(config, {"api_key": "wrong-key"}))["status"] == "ACTIVE"


def test_a_service_that_is_down_is_a_failure_of_its_own_and_stores_nothing(acme: Acme, app: Caller) -> None:
    config = service_with(acme, "API_KEY")
    for kind, status in (("reset", 502), ("status", 502)):
        acme.provider.fail("/api/key-check", kind, status=503)
        problem_of(app.post("connected_accounts", body_of(config, {"api_key": KEY}, validate=True)), status)
    assert not Credential.objects.exists()


def test_the_same_grant_again_is_the_same_account_and_says_so(acme: Acme, app: Caller) -> None:
    tokens = granted_elsewhere(acme)
    first = made(app, body_of(acme.auth_config, tokens))
    again = made(app, body_of(acme.auth_config, {**tokens, "access_token": "another"}), 200)
    assert (again["id"], again["duplicate"], again["status"]) == (first["id"], True, "ACTIVE")
    assert "duplicate" not in first
    assert secrets_of(first["id"]) == tokens
    assert Event.objects.filter(type="account.connected", subject_id=first["id"]).count() == 1
    other = made(app, body_of(acme.auth_config, tokens, user="customer_43"))
    assert other["id"] != first["id"]


def test_a_deleted_account_does_not_count_as_the_same(acme: Acme, app: Caller) -> None:
    config = service_with(acme, "API_KEY")
    first = made(app, body_of(config, {"api_key": KEY}))
    app.delete(f"connected_accounts/{first['id']}")
    second = made(app, body_of(config, {"api_key": KEY}))
    assert second["id"] != first["id"]
    assert made(app, body_of(config, {"api_key": KEY}), 200)["id"] == second["id"]


def test_a_fingerprint_gives_nothing_away(acme: Acme, app: Caller) -> None:
    """A password could be guessed from a plain hash; without the key ring this one cannot be compared."""
    made(app, body_of(service_with(acme, "BASIC"), {"username": "practice", "password": "hunter2"}))
    stored = GrantFingerprint.objects.get().pk
    assert len(stored) == 64
    assert "hunter2" not in stored


def test_the_user_is_by_id_or_name_or_header_and_the_two_must_agree(acme: Acme, app: Caller) -> None:
    config = service_with(acme, "API_KEY")
    user = acme.user("customer_50")
    told = made(app, body_of(config, {"api_key": "k1"}, user=user.pk))
    assert ConnectedAccount.objects.get(pk=told["id"]).external_user == user
    body = body_of(config, {"api_key": "k2"}, user="somebody_else")
    problem_of(app.as_user("customer_50").post("connected_accounts", body), 400, "eUID")
    del body["connection"]["eUID"]
    told = made(app.as_user("customer_50"), body)
    assert ConnectedAccount.objects.get(pk=told["id"]).external_user == user
    body["connection"]["state"]["val"] = {"api_key": "k3"}
    told = made(app, body)
    assert ConnectedAccount.objects.get(pk=told["id"]).external_user.is_default


def test_an_inactive_user_gets_nothing(acme: Acme, app: Caller) -> None:
    user = acme.user()
    ExternalUser.objects.filter(pk=user.pk).update(is_active=False)
    body = body_of(service_with(acme, "API_KEY"), {"api_key": KEY})
    assert problem_of(app.post("connected_accounts", body), 403)["code"] == "user_inactive"
    assert not ConnectedAccount.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"authConfig": None}, "authConfig"),
        ({"authConfig": {}}, "authConfig.id"),
        ({"connection": None}, "connection"),
        ({"connection": {"state": {"val": {}}}}, VAL + "api_key"),
        ({"connection": {"state": {"val": []}}}, "connection.state.val"),
        ({"connection": {"state": {"val": {"api_key": {"a": 1}}}}}, VAL + "api_key"),
        ({"connection": {"state": {"val": {"api_key": "a\nb"}}}}, VAL + "api_key"),
        ({"connection": {"state": {"val": {"api_key": "clé"}}}}, VAL + "api_key"),
        ({"connection": {"state": {"authScheme": "OAUTH2"}}}, "connection.state.authScheme"),
        ({"connection": {"state": {"authscheme": "API_KEY"}}}, "connection.state.authscheme"),
        ({"connection": {"labels": ["a,b"]}}, "connection.labels"),
        ({"connection": {"identity": {"phone": "1"}}}, "connection.identity.phone"),
        ({"validateCredentials": "perhaps"}, "validateCredentials"),
        ({"val": {}}, "val"),
    ],
)
def test_a_mistaken_body_is_refused_by_name(
    acme: Acme, app: Caller, change: dict[str, Any], field: str
) -> None:
    body = {**body_of(service_with(acme, "API_KEY"), {"api_key": KEY}), **change}
    problem_of(app.post("connected_accounts", body), 400, field)
    assert not ConnectedAccount.objects.exists()


def test_fields_of_the_service_that_are_missing_are_named(api: Caller) -> None:
    config = make_auth_config(api.project, "zendesk", auth_scheme="BASIC")
    told = problem_of(api.post("connected_accounts", body_of(config, {})), 400)
    assert VAL + "subdomain" in [each["field"] for each in told["errors"]]
    assert ConnectedAccount.objects.count() == 0


def test_name_labels_and_identity_are_taken_as_given(acme: Acme, app: Caller) -> None:
    given = {"id": "U1", "email": "sam@example.com\u202e", "workspace": None}
    told = made(
        app,
        body_of(
            service_with(acme, "API_KEY"),
            {"api_key": KEY},
            displayName=" Desk ",
            labels=["crm"],
            identity=given,
        ),
    )
    shown = app.get(f"connected_accounts/{told['id']}").json()
    assert (shown["displayName"], shown["labels"]) == ("Desk", ["crm"])
    assert shown["identity"] == {"id": "U1", "name": None, "email": "sam@example.com", "workspace": None}
    assert len(acme.provider.calls) == 0


def test_it_needs_the_scope_and_a_project_s_own_auth_config(acme: Acme, app: Caller) -> None:
    body = body_of(service_with(acme, "API_KEY"), {"api_key": KEY})
    told = problem_of(app_of(acme, "accounts:read").post("connected_accounts", body), 403)
    assert "accounts:write" in told["message"]
    assert problem_of(make_caller().post("connected_accounts", body), 404)["code"] == "auth_config_not_found"
    assert not ConnectedAccount.objects.exists()


def test_a_switched_off_auth_config_takes_nothing(acme: Acme, app: Caller) -> None:
    config = service_with(acme, "API_KEY")
    app.patch(f"auth_configs/{config.pk}", {"isDisabled": True})
    told = problem_of(app.post("connected_accounts", body_of(config, {"api_key": KEY})), 409)
    assert told["code"] == "auth_config_disabled"
