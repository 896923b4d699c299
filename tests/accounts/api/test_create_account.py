"""POST connected_accounts: an account made without a link."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

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


def test_tokens_granted_elsewhere_make_an_active_account(acme: Acme, app: Caller) -> None:
    tokens = granted_elsewhere(acme)
    val = {**tokens, "expires_in": 3600, "scope": "openid email", "token_type": "Bearer"}
    told = made(app, body_of(acme.auth_config, val, validate=True))
    assert told["connectionData"]["authScheme"] == "OAUTH2"
    assert secrets_of(told["id"]) == tokens
    shown = app.get(f"connected_accounts/{told['id']}").json()
    assert shown["identity"]["email"] == "sales@example.com"
    assert shown["scopes"] == {
        "requested": ["openid", "profile", "email"],
        "granted": ["openid", "email"],
        "missing": ["profile"],
    }
    left = datetime.fromisoformat(shown["expiresAt"]) - timezone.now()
    assert timedelta(minutes=50) < left <= timedelta(hours=1)
    assert all(secret not in json.dumps([told, shown]) for secret in tokens.values())


def test_what_is_not_said_is_not_made_up(acme: Acme, app: Caller) -> None:
    told = made(app, body_of(acme.auth_config, {"access_token": "a-token"}))
    shown = app.get(f"connected_accounts/{told['id']}").json()
    assert (shown["expiresAt"], shown["scopes"]["granted"], shown["scopes"]["missing"]) == (None, None, [])
    assert shown["identity"]["id"] is None


def test_an_access_token_that_has_run_out_is_taken_with_a_refresh_token_and_nobody_is_asked(
    acme: Acme, app: Caller
) -> None:
    val = {"access_token": "old", "refresh_token": "good", "expires_in": 0}
    told = made(app, body_of(acme.auth_config, val))
    account = ConnectedAccount.objects.get(pk=told["id"])
    assert account.status == "ACTIVE"
    assert account.expires_at is not None
    assert account.expires_at <= timezone.now()
    assert len(acme.provider.calls) == 0
    problem_of(
        app.post(
            "connected_accounts", body_of(acme.auth_config, {**val, "access_token": "o"}, validate=True)
        ),
        400,
        "validateCredentials",
    )


@pytest.mark.parametrize(
    ("val", "field"),
    [
        ({"refresh_token": "r"}, "access_token"),
        ({"expires_in": 60}, "access_token"),
        ({"access_token": "a", "expires_in": 0}, "refresh_token"),
        ({"access_token": "a", "expires_at": "2020-01-01T00:00:00Z"}, "refresh_token"),
        ({"access_token": "two words"}, "access_token"),
        ({"access_token": "a\r\nb"}, "access_token"),
        ({"access_token": "é"}, "access_token"),
        ({"access_token": "a" * 20_000}, "access_token"),
        ({"access_token": ["a"]}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": "a", "refresh_token": 7}, "refresh_token"),
        ({"access_token": "a", "expires_in": -1}, "expires_in"),
        ({"access_token": "a", "expires_in": True}, "expires_in"),
        ({"access_token": "a", "expires_in": "soon"}, "expires_in"),
        ({"access_token": "a", "expires_in": 5, "expires_at": "2030-01-01T00:00:00Z"}, "expires_in"),
        ({"access_token": "a", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"access_token": "a", "expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
        ({"access_token": "a", "expires_at": 1_900_000_000}, "expires_at"),
        ({"access_token": "a", "scope": 7}, "scope"),
        ({"access_token": "a", "scopes": ["x", 7]}, "scopes"),
        ({"access_token": "a", "scopes": [str(n) for n in range(300)]}, "scopes"),
        ({"access_token": "a", "token_type": "DPoP"}, "token_type"),
        ({"access_token": "a", "colour": "red"}, "colour"),
    ],
)
def test_tokens_that_will_not_do_are_refused_by_name_and_change_nothing(
    acme: Acme, app: Caller, val: dict[str, Any], field: str
) -> None:
    problem_of(app.post("connected_accounts", body_of(acme.auth_config, val)), 400, VAL + field)
    assert not ConnectedAccount.objects.exists()
    assert not ExternalUser.objects.exists()


@pytest.mark.parametrize("seconds", [10**30, 1e300, "31536000000"])
def test_a_lifetime_beyond_all_measure_is_ten_years(acme: Acme, app: Caller, seconds: Any) -> None:
    told = made(app, body_of(acme.auth_config, {"access_token": "a", "expires_in": seconds}))
    expires_at = ConnectedAccount.objects.get(pk=told["id"]).expires_at
    assert expires_at is not None
    assert expires_at < timezone.now() + timedelta(days=3660)


def test_oauth_without_a_token_makes_a_link(acme: Acme, app: Caller) -> None:
    back = "https://acme.example/back"
    told = made(app, body_of(acme.auth_config, {}, callbackUrl=back, labels=["crm"]))
    assert (told["status"], told["connectionData"]["val"]) == ("INITIALIZING", {})
    assert "/connect/" in told["redirectUrl"]
    assert told["deprecated"]["labels"] == ["crm"]
    for wishes, field in (
        ({"callbackUrl": "https://elsewhere.example/"}, "connection.callbackUrl"),
        ({"displayName": "Mine"}, "connection.displayName"),
        ({"identity": {"id": "7"}}, "connection.identity"),
    ):
        problem_of(app.post("connected_accounts", body_of(acme.auth_config, None, **wishes)), 400, field)
    problem_of(app.post("connected_accounts", body_of(acme.auth_config, {"shop": "x"})), 400, VAL + "shop")


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
