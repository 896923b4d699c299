"""GET, PATCH and DELETE connected_accounts/{id}."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ConnectedAccount, Revocation, Status, StatusReason
from flowra.models import Event
from tests.accounts.api.conftest import SECRETS
from tests.accounts.api.reading import shown
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_toolkit

pytestmark = pytest.mark.django_db

KEYS = [
    "id",
    "toolkit",
    "authConfig",
    "displayName",
    "label",
    "labels",
    "eUID",
    "externalUser",
    "status",
    "statusReason",
    "isDisabled",
    "duplicateOf",
    "sharedWith",
    "identity",
    "scopes",
    "expiresAt",
    "lastUsedAt",
    "lastRefreshedAt",
    "createdAt",
    "updatedAt",
    "state",
    "data",
    "params",
    "testRequestEndpoint",
    "deprecated",
]


@pytest.mark.both_databases
def test_it_shows_all_that_the_contract_names_in_its_order(api: Caller, account: ConnectedAccount) -> None:
    body = shown(api, account)
    assert list(body) == KEYS
    assert body["toolkit"]["slug"] == "slack"
    assert body["toolkit"]["name"] == "Slack"
    assert body["toolkit"]["logo"].startswith("http")
    config = account.auth_config_id
    assert body["authConfig"] == {
        "id": config,
        "authScheme": "OAUTH2",
        "isProviderManaged": False,
        "isDisabled": False,
        "deprecated": {"uuid": config},
    }
    assert body["eUID"] == account.external_user_id
    assert body["externalUser"] == {"id": account.external_user_id, "name": "sales"}
    assert (body["status"], body["statusReason"], body["isDisabled"]) == ("ACTIVE", None, False)
    assert body["identity"] == {
        "id": "U1",
        "name": "Sam Sales",
        "email": "sales@example.com",
        "workspace": "Acme",
    }
    assert body["scopes"] == {
        "requested": ["chat:write", "users:read"],
        "granted": ["chat:write"],
        "missing": ["users:read"],
    }
    assert body["expiresAt"] == "2026-12-01T09:30:00.123Z"
    assert body["lastUsedAt"] is None
    assert body["createdAt"].endswith("Z")
    assert body["deprecated"] == {"labels": ["crm"], "uuid": account.pk}


@pytest.mark.both_databases
def test_whole_seconds_are_shown_like_all_times(api: Caller, account: ConnectedAccount) -> None:
    ConnectedAccount.objects.filter(pk=account.pk).update(expires_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert shown(api, account)["expiresAt"] == "2026-12-01T00:00:00.000Z"


def test_the_list_shows_the_same_as_the_account_by_id(api: Caller, account: ConnectedAccount) -> None:
    assert api.get("connected_accounts").json()["items"] == [shown(api, account)]


def test_secrets_are_known_by_name_alone(api: Caller, account: ConnectedAccount) -> None:
    answer = api.get(f"connected_accounts/{account.pk}")
    assert "secret-" not in answer.content.decode()
    val = answer.json()["state"]["val"]
    assert set(val) == set(SECRETS)
    assert not set(val.values()) & set(SECRETS.values())


def test_connection_data_is_shown_beside_the_masked_secrets(api: Caller) -> None:
    account = make_account(
        make_auth_config(api.project, "zendesk"), connection_data={"subdomain": "acme"}, secrets=SECRETS
    )
    body = shown(api, account)
    assert body["state"]["val"]["subdomain"] == "acme"
    assert body["data"] == {"subdomain": "acme"}
    assert "secret-" not in str(body)


def test_its_label_is_what_a_person_would_call_it(api: Caller, account: ConnectedAccount) -> None:
    api.patch(f"connected_accounts/{account.pk}", {"displayName": "Sales' Slack"})
    assert shown(api, account)["label"] == "Sales' Slack"
    api.patch(f"connected_accounts/{account.pk}", {"displayName": None})
    assert shown(api, account)["label"] == "crm"
    api.patch(f"connected_accounts/{account.pk}", {"labels": []})
    assert shown(api, account)["label"] == "sales@example.com"
    ConnectedAccount.objects.filter(pk=account.pk).update(identity_email="")
    assert shown(api, account)["label"] == "Sam Sales"
    ConnectedAccount.objects.filter(pk=account.pk).update(identity_name="", identity_workspace="")
    assert shown(api, account)["label"] == "Slack"


def test_a_projects_own_toolkit_is_shown_by_its_name(api: Caller) -> None:
    make_toolkit(api.project, "acme-desk")
    account = make_account(make_auth_config(api.project, "acme-desk", auth_scheme="API_KEY"))
    body = shown(api, account)
    assert body["toolkit"]["name"] == body["label"] == "Acme Desk"


def test_a_failed_one_says_why(api: Caller) -> None:
    account = make_account(
        make_auth_config(api.project), status=Status.FAILED, status_reason=StatusReason.ACCESS_DENIED
    )
    assert shown(api, account)["statusReason"] == {
        "code": "access_denied",
        "message": "The person chose not to connect.",
    }


def test_reading_one_takes_few_queries_and_opens_nothing_sealed(
    api: Caller, account: ConnectedAccount
) -> None:
    with CaptureQueriesContext(connection) as queries:
        shown(api, account)
    assert len(queries) <= 4
    assert not any("accounts_credential" in each["sql"] for each in queries)


def test_another_users_another_projects_and_no_account_are_no_different(
    api: Caller, account: ConnectedAccount
) -> None:
    path = f"connected_accounts/{account.pk}"
    told = [
        problem_of(caller.call(method, here, {} if method == "PATCH" else None), 404)["message"]
        for method in ("GET", "PATCH", "DELETE")
        for caller, here in (
            (api.as_user("support"), path),
            (make_caller(), path),
            (api, "connected_accounts/ca_nothing"),
        )
    ]
    assert len(set(told)) == 1
    assert api.as_user("sales").get(path).status_code == 200


def test_an_inactive_user_cannot_be_acted_as(api: Caller, account: ConnectedAccount) -> None:
    assert api.put(f"external-users/{account.external_user_id}/toggle-active").status_code == 200
    problem_of(api.as_user("sales").get(f"connected_accounts/{account.pk}"), 403)
    assert api.get(f"connected_accounts/{account.pk}").status_code == 200


def test_deleted_it_is_gone_at_once_and_the_revocation_is_due(api: Caller, account: ConnectedAccount) -> None:
    answer = api.delete(f"connected_accounts/{account.pk}")
    assert answer.json()["success"] is True
    problem_of(api.get(f"connected_accounts/{account.pk}"), 404)
    problem_of(api.get(f"connected_accounts/{account.pk}/events"), 404)
    problem_of(api.delete(f"connected_accounts/{account.pk}"), 404)
    assert Revocation.objects.get(account_id=account.pk).due_at is not None
    event = Event.objects.get(subject_id=account.pk, type="account.deleted")
    assert (event.actor_kind, event.actor_name) == ("api_key", "test key")


def test_unknown_query_parameters_are_refused(api: Caller, account: ConnectedAccount) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        problem_of(api.call(method, f"connected_accounts/{account.pk}?force=true", {}), 400, "force")
    assert ConnectedAccount.live.filter(pk=account.pk).exists()


def test_reading_needs_one_scope_and_changing_another(api: Caller, account: ConnectedAccount) -> None:
    reader = make_caller(api.project, scopes=["accounts:read"])
    assert reader.get(f"connected_accounts/{account.pk}").status_code == 200
    problem_of(reader.patch(f"connected_accounts/{account.pk}", {}), 403)
    problem_of(reader.delete(f"connected_accounts/{account.pk}"), 403)


def test_a_deed_that_does_not_exist_is_not_found(api: Caller, account: ConnectedAccount) -> None:
    problem_of(api.post(f"connected_accounts/{account.pk}/nothing", {}), 404)


@pytest.mark.parametrize("id", ["%00", "%ED%A0%80", "x" * 3000, "..", "%2e%2e", "ca_' OR 1=1", "%25"])
@pytest.mark.both_databases
def test_an_id_that_cannot_be_is_unknown(api: Caller, id: str) -> None:
    assert api.get(f"connected_accounts/{id}").status_code in (400, 404)
    assert api.delete(f"connected_accounts/{id}").status_code in (400, 404)
