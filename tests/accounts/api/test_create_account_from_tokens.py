"""POST connected_accounts for OAuth: a grant that a person gave elsewhere, or a link where there is none."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ConnectedAccount, ExternalUser
from tests.accounts.acme import Acme
from tests.accounts.api.test_create_account import made
from tests.accounts.bringing import VAL, app_of, body_of, granted_elsewhere, secrets_of
from tests.caller import Caller, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def app(acme: Acme) -> Caller:
    return app_of(acme)


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
