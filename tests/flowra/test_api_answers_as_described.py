"""What the API answers is what its description says, for every endpoint that can be called without a provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.actions.revoke_account import revoke_account
from accounts.models import Status
from flowra.api.description import description
from flowra.events.names import EventType
from flowra.events.record import SYSTEM, record
from tests.authconfigs.own_tool import own_tool
from tests.caller import Caller, make_caller
from tests.factories import make_account, make_auth_config, make_toolkit

pytestmark = pytest.mark.django_db


def described(answer: Any, method: str, path: str) -> None:
    """The answer has the shape that the description gives for its status; unknown keys are wrong too."""
    whole = description()
    operation = whole["paths"][f"/api/v1/{path}"][method]
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{method} {path} does not say that it answers {answer.status_code}"
    schema = _closed({**told["content"]["application/json"]["schema"], "components": whole["components"]})
    faults = [
        f"{'.'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
        for fault in Draft202012Validator(schema).iter_errors(answer.json())
    ]
    assert not faults, f"{method} {path} {answer.status_code}: {faults}"


def _closed(schema: Any) -> Any:
    """The schema with no room for keys that it does not name, except in free objects."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed


def test_toolkits(api: Caller) -> None:
    own = make_toolkit(api.project)
    described(api.get("toolkits?limit=100"), "get", "toolkits")
    described(api.get("toolkits/categories"), "get", "toolkits/categories")
    for id in ("slack", "zendesk", "twilio", "openai", own.pk):
        described(api.get(f"toolkits/byId/{id}"), "get", "toolkits/byId/{id}")
    described(api.patch(f"toolkits/byId/{own.pk}/status"), "patch", "toolkits/byId/{id}/status")
    described(api.patch(f"toolkits/byId/{own.pk}/status", [1]), "patch", "toolkits/byId/{id}/status")
    described(api.get("toolkits/byId/nothing"), "get", "toolkits/byId/{id}")
    described(api.delete(f"toolkits/byId/{own.pk}"), "delete", "toolkits/byId/{id}")


def test_auth_configs(api: Caller) -> None:
    body = {
        "toolkit": {"slug": "slack"},
        "authConfig": {"credentials": {"client_id": "a", "client_secret": "b"}, "authScheme": "OAUTH2"},
    }
    made = api.post("auth_configs", body)
    described(made, "post", "auth_configs")
    path = f"auth_configs/{made.json()['data']['id']}"
    described(api.get("auth_configs"), "get", "auth_configs")
    described(api.get(path), "get", "auth_configs/{id}")
    described(api.patch(path, {"isDisabled": True}), "patch", "auth_configs/{id}")
    described(api.patch(path, {"nope": True}), "patch", "auth_configs/{id}")
    described(api.patch(path, raw=b"x", content_type="text/plain"), "patch", "auth_configs/{id}")
    described(api.delete(path), "delete", "auth_configs/{id}")
    described(api.get(path), "get", "auth_configs/{id}")


def test_a_refused_deletion(api: Caller) -> None:
    auth_config = make_auth_config(api.project)
    make_account(auth_config)
    answer = api.delete(f"auth_configs/{auth_config.pk}")
    assert answer.status_code == 409
    assert answer.json().keys() >= {"success", "message", "code", "errors", "requestId", "connectionCount"}


def test_a_try_without_an_address(api: Caller) -> None:
    auth_config = make_auth_config(api.project, "zendesk")
    described(api.post(f"auth_configs/{auth_config.pk}/test"), "post", "auth_configs/{id}/test")


def test_tools(api: Caller) -> None:
    made = api.post("tools", own_tool())
    described(made, "post", "tools")
    described(api.post("tools", own_tool()), "post", "tools")
    described(api.post("tools", {"slug": []}), "post", "tools")
    described(api.get("tools?limit=100"), "get", "tools")
    described(api.get("toolkits/with-tools?limit=100"), "get", "toolkits/with-tools")
    path = f"tools/byId/{made.json()['data']['id']}"
    for id in ("slack_send_message", "SLACK_PIN_MESSAGE", "NOTHING"):
        described(api.get(f"tools/byId/{id}"), "get", "tools/byId/{id}")
    described(api.patch(path, {"answer": None, "tags": []}), "patch", "tools/byId/{id}")
    described(api.patch(path, {"slug": "OTHER"}), "patch", "tools/byId/{id}")
    described(api.patch(f"{path}/status"), "patch", "tools/byId/{id}/status")
    described(api.delete(path), "delete", "tools/byId/{id}")
    described(api.delete(path), "delete", "tools/byId/{id}")
    described(api.get("tools/execution-logs"), "get", "tools/execution-logs")
    described(api.post("tools/execute/NOTHING", {}), "post", "tools/execute/{slug}")
    described(api.post("tools/execute/NOTION_SEARCH", {"argument": {}}), "post", "tools/execute/{slug}")


def test_profile(api: Caller) -> None:
    described(api.get("users/profile"), "get", "users/profile")
    described(api.patch("users/profile", {"requireConfirmation": True}), "patch", "users/profile")


def test_external_users(api: Caller) -> None:
    first = api.post("external-users", {"name": "customer_7"})
    described(first, "post", "external-users")
    described(api.post("external-users", {"name": "customer_7"}), "post", "external-users")
    described(api.get("external-users"), "get", "external-users")
    described(api.get("external-users/username/customer_7"), "get", "external-users/username/{username}")
    described(api.get("external-users/username/nobody"), "get", "external-users/username/{username}")
    toggled = api.put(f"external-users/{first.json()['data']['id']}/toggle-active")
    described(toggled, "put", "external-users/{id}/toggle-active")


def test_connected_accounts(api: Caller) -> None:
    auth_config = make_auth_config(api.project)
    full = make_account(
        auth_config,
        secrets={"access_token": "x"},
        display_name="Mine",
        labels=["a"],
        identity_email="sales@example.com",
        scopes_requested=["repo"],
        scopes_granted=["repo"],
        expires_at=timezone.now(),
        connection_data={"subdomain": "acme"},
    )
    make_account(auth_config, status=Status.FAILED, status_reason="access_denied", status_message="No.")
    described(api.get("connected_accounts"), "get", "connected_accounts")
    described(api.get("connected_accounts?limit=1"), "get", "connected_accounts")
    described(
        api.get("connected_accounts/grouped-by-toolkit"), "get", "connected_accounts/grouped-by-toolkit"
    )
    described(api.get(f"connected_accounts/{full.pk}"), "get", "connected_accounts/{id}")
    described(
        api.patch(f"connected_accounts/{full.pk}", {"labels": ["b"]}), "patch", "connected_accounts/{id}"
    )
    described(api.get(f"connected_accounts/{full.pk}/events"), "get", "connected_accounts/{id}/events")
    described(
        api.post(f"connected_accounts/{full.pk}/confirm", {"confirmationToken": "x"}),
        "post",
        "connected_accounts/{id}/confirm",
    )
    described(api.delete(f"connected_accounts/{full.pk}"), "delete", "connected_accounts/{id}")
    described(api.get(f"connected_accounts/{full.pk}"), "get", "connected_accounts/{id}")
    revoke_account(full, SYSTEM)


def test_link(api: Caller) -> None:
    auth_config = make_auth_config(api.project)
    described(
        api.post("connected_accounts/link", {"authConfigId": auth_config.pk}),
        "post",
        "connected_accounts/link",
    )
    described(api.post("connected_accounts/link", {}), "post", "connected_accounts/link")


def test_portal_sessions(api: Caller) -> None:
    described(api.post("portal_sessions", {"eUID": "customer_7"}), "post", "portal_sessions")
    described(api.post("portal_sessions", {"eUID": "customer_7", "nope": 1}), "post", "portal_sessions")
    described(api.post("portal_sessions", {}), "post", "portal_sessions")


def test_webhooks(api: Caller) -> None:
    made = api.post("webhook_endpoints", {"url": "http://127.0.0.1:9/", "events": ["*"]})
    described(made, "post", "webhook_endpoints")
    described(api.post("webhook_endpoints", {}), "post", "webhook_endpoints")
    described(api.get("webhook_endpoints"), "get", "webhook_endpoints")
    path = f"webhook_endpoints/{made.json()['id']}"
    described(api.patch(path, {"isDisabled": True}), "patch", "webhook_endpoints/{id}")
    described(api.post(f"{path}/rotate-secret"), "post", "webhook_endpoints/{id}/rotate-secret")
    tested = api.post(f"{path}/test")
    described(tested, "post", "webhook_endpoints/{id}/test")
    described(api.get("webhook_deliveries"), "get", "webhook_deliveries")
    replay = f"webhook_deliveries/{tested.json()['id']}/replay"
    described(api.post(replay), "post", "webhook_deliveries/{id}/replay")
    record(EventType.ACCOUNT_EXPIRED, project_id=api.project.pk, subject=("account", "ca_1"), actor=SYSTEM)
    described(api.patch(path, {"isDisabled": False}), "patch", "webhook_endpoints/{id}")
    record(EventType.ACCOUNT_EXPIRED, project_id=api.project.pk, subject=("account", "ca_1"), actor=SYSTEM)
    waiting = api.get("webhook_deliveries?event=account.expired").json()["data"][0]["id"]
    described(api.post(f"webhook_deliveries/{waiting}/replay"), "post", "webhook_deliveries/{id}/replay")
    described(api.delete(path), "delete", "webhook_endpoints/{id}")
    described(api.delete(path), "delete", "webhook_endpoints/{id}")


def test_accounts_without_a_link(api: Caller) -> None:
    keys = make_auth_config(api.project, "zendesk", auth_scheme="BASIC")
    val = {"subdomain": "acme", "username": "sam@acme.example", "password": "s3cret"}
    body: dict[str, Any] = {
        "authConfig": {"id": keys.pk},
        "connection": {
            "state": {"val": val},
            "labels": ["a"],
            "displayName": "Desk",
            "identity": {"id": "7"},
        },
    }
    made = api.post("connected_accounts", body)
    assert made.status_code == 201
    described(made, "post", "connected_accounts")
    again = api.post("connected_accounts", body)
    assert again.status_code == 200
    described(again, "post", "connected_accounts")
    link = {"authConfig": {"id": make_auth_config(api.project).pk}, "connection": {}}
    described(api.post("connected_accounts", link), "post", "connected_accounts")
    described(api.post("connected_accounts", {}), "post", "connected_accounts")
    path = f"connected_accounts/{made.json()['id']}/export"
    described(api.get(path), "get", "connected_accounts/{id}/export")
    taker = make_caller(api.project, scopes=["credentials:export"])
    described(taker.get(path), "get", "connected_accounts/{id}/export")


def test_an_import_s_results(api: Caller) -> None:
    keys = make_auth_config(api.project, "openai", auth_scheme="API_KEY")
    good = {
        "authConfig": {"id": keys.pk},
        "connection": {"state": {"val": {"api_key": "sk-proj-000000"}}},
    }
    answer = api.post(
        "connected_accounts/import",
        raw="\n".join(json.dumps(each) for each in (good, good, {})).encode(),
        content_type="application/x-ndjson",
    )
    whole = description()
    told = whole["paths"]["/api/v1/connected_accounts/import"]["post"]["responses"]["200"]["content"]
    schema = {**told["application/x-ndjson"]["schema"], "components": whole["components"]}
    results = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert [each["success"] for each in results] == [True, True, False]
    for each in results:
        assert not list(Draft202012Validator(_closed(schema)).iter_errors(each)), each
    described(api.post("connected_accounts/import"), "post", "connected_accounts/import")
