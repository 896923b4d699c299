"""GET connected_accounts/{id}/export: a whole grant leaves, and the trail has it first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.actions import export_account as exporting
from accounts.actions.export_account import export_account
from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount, Status
from authconfigs.models import AuthConfig
from flowra.models import Event
from tests.accounts.acme import API_KEY, STAFF, Acme, make_acme, reread
from tests.accounts.bringing import app_of, secrets_of
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def app(acme: Acme) -> Caller:
    return app_of(acme)


def exported(app: Caller, account_id: str) -> dict[str, Any]:
    """A good answer."""
    answer = app.get(f"connected_accounts/{account_id}/export")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


def test_it_is_all_that_is_stored_of_the_grant(acme: Acme, app: Caller) -> None:
    account = acme.connect(labels=["crm"]).account
    app.patch(f"connected_accounts/{account.pk}", {"displayName": "Sales inbox"})
    account = reread(account)
    assert account.expires_at is not None
    assert exported(app, account.pk) == {
        "authConfig": {"id": acme.auth_config.pk},
        "connection": {
            "state": {
                "authScheme": "OAUTH2",
                "val": {
                    **secrets_of(account.pk),
                    "expires_at": account.expires_at.isoformat().replace("+00:00", "Z"),
                    "scopes": ["openid", "profile", "email"],
                },
            },
            "eUID": "customer_42",
            "identity": {
                "id": account.identity_id,
                "name": account.identity_name,
                "email": account.identity_email,
            },
            "displayName": "Sales inbox",
            "labels": ["crm"],
        },
    }
    assert "refresh_token" in secrets_of(account.pk)


def test_the_trail_says_who_took_it_from_where_and_holds_no_secret(acme: Acme, app: Caller) -> None:
    account = acme.connect().account
    answer = app.get(
        f"connected_accounts/{account.pk}/export", headers={"x-forwarded-for": "203.0.113.7" * 50}
    )
    assert answer.status_code == 200
    event = Event.objects.get(subject_id=account.pk, type="credentials.exported")
    assert (event.actor_kind, event.actor_name, event.data["address"]) == (
        "api_key",
        "test key",
        "127.0.0.1",
    )
    assert len(event.data["forwardedFor"]) == 200
    assert all(secret not in json.dumps(event.data) for secret in secrets_of(account.pk).values())
    shown = app.get(f"connected_accounts/{account.pk}/events").json()["items"][0]
    assert shown["type"] == "credentials.exported"


def test_what_cannot_be_written_down_is_not_answered(
    acme: Acme, app: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail comes first: a process that dies there has answered nothing."""
    account = acme.connect().account

    def die(*_: Any, **__: Any) -> None:
        raise RuntimeError("died")

    monkeypatch.setattr(exporting, "record_account", die)
    answer = app.get(f"connected_accounts/{account.pk}/export")
    assert answer.status_code == 500
    assert secrets_of(account.pk)["access_token"] not in answer.content.decode()


def test_an_export_is_taken_as_it_stands_by_another_flowra(
    acme: Acme, app: Caller, provider: PracticeProvider
) -> None:
    account = acme.connect(labels=["crm"]).account
    whole = exported(app, account.pk)
    there = make_acme(provider)
    whole["authConfig"]["id"] = there.auth_config.pk
    answer = app_of(there).post("connected_accounts", whole)
    assert answer.status_code == 201, answer.content
    id = answer.json()["id"]
    assert secrets_of(id) == secrets_of(account.pk)
    again = exported(app_of(there), id)
    assert again == whole


def test_keys_and_connection_data_go_the_same_way(api: Caller) -> None:
    config = make_auth_config(api.project, "zendesk", auth_scheme="BASIC")
    account = make_account(
        config,
        secrets={"password": "s3cret-word"},
        connection_data={"subdomain": "acme", "username": "sam@acme.example"},
    )
    whole = exported(app_of_project(api), account.pk)
    assert whole["connection"]["state"] == {
        "authScheme": "BASIC",
        "val": {"subdomain": "acme", "username": "sam@acme.example", "password": "s3cret-word"},
    }


def app_of_project(api: Caller) -> Caller:
    """Another key of the same project, which may export."""
    return make_caller(api.project, scopes=["credentials:export", "accounts:write"])


def test_an_export_that_comes_back_is_known_again(acme: Acme, app: Caller) -> None:
    account = acme.connect().account
    answer = app.post("connected_accounts", exported(app, account.pk))
    assert (answer.status_code, answer.json()["id"]) == (200, account.pk)


def test_it_needs_its_own_scope(acme: Acme) -> None:
    account = acme.connect().account
    reader = app_of(acme, "accounts:read", "accounts:write", "credentials:read")
    told = problem_of(reader.get(f"connected_accounts/{account.pk}/export"), 403)
    assert "credentials:export" in told["message"]
    assert not Event.objects.filter(type="credentials.exported").exists()


def test_never_means_never(acme: Acme, app: Caller) -> None:
    account = acme.connect().account
    AuthConfig.objects.filter(pk=acme.auth_config.pk).update(raw_credentials="never")
    told = problem_of(app.get(f"connected_accounts/{account.pk}/export"), 403)
    assert told["code"] == "raw_credentials_never"
    assert not Event.objects.filter(type="credentials.exported").exists()


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.INACTIVE])
def test_one_that_cannot_be_used_can_be_exported(acme: Acme, app: Caller, status: str) -> None:
    account = acme.connect().account
    ConnectedAccount.objects.filter(pk=account.pk).update(status=status)
    assert exported(app, account.pk)["connection"]["state"]["val"]["refresh_token"]


def test_one_that_was_never_connected_has_nothing(acme: Acme, app: Caller) -> None:
    account = acme.link().account
    told = problem_of(app.get(f"connected_accounts/{account.pk}/export"), 409)
    assert told["code"] == "account_not_connected"


def test_a_deleted_one_another_user_s_and_another_project_s_are_not_there(acme: Acme, app: Caller) -> None:
    account = acme.connect().account
    path = f"connected_accounts/{account.pk}/export"
    problem_of(app.as_user("customer_43").get(path), 404)
    problem_of(make_caller(scopes=["credentials:export"]).get(path), 404)
    assert app.as_user("customer_42").get(path).status_code == 200
    revoke_account(account, STAFF)
    problem_of(app.get(path), 404)
    with pytest.raises(Exception, match="no such"):
        export_account(account, API_KEY, came_from={})
