"""Whatever is sent to the accounts' endpoints, the answer is a refusal at worst, and never a failure of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from accounts.actions.given_tokens import BESIDES, TOKENS
from authconfigs.models import AuthConfig
from tests.caller import Caller
from tests.factories import make_account, make_auth_config

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PARAMETERS = [
    "toolkitSlugs",
    "statuses",
    "authConfigIds",
    "connectedAccountIds",
    "eUIDs",
    "labels",
    "orderBy",
    "orderDirection",
    "cursor",
    "limit",
    "eUID",
    "q",
]
AS_SENT = ["%00", "%ED%A0%80", "%ff", "%F0%9F%A6%8A", "%2e%2e", "%"]
TEXTS = [
    "",
    "a" * 9_000,
    "-1",
    "1e9",
    "0x1",
    "null",
    "[]",
    "'; DROP TABLE x;--",
    "..",
    ",",
    "\ue0f1id\ue0f1",
    "%s %(x)s",
]
BODIES: list[Any] = [
    None, 0, 1.5, True, "", [], {}, "x" * 70_000, [[]], [None], {"a": {"b": [1]}}, 10**30, "\x00", "\ud800", ["\ud800"],
    -1, "é", [1] * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
def test_any_value_of_a_parameter(api: Caller, name: str) -> None:
    account = make_account(make_auth_config(api.project, "slack"))
    for path in (
        "connected_accounts",
        "connected_accounts/grouped-by-toolkit",
        f"connected_accounts/{account.pk}/events",
        "external-users",
    ):
        for value in [*AS_SENT, *map(quote, TEXTS)]:
            for query in (f"{name}={value}", f"{name}={value}&{name}={value}"):
                assert api.get(f"{path}?{query}").status_code in (200, 400), (path, query[:80])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *(
            ("link", name)
            for name in [
                "authConfigId",
                "authConfigIds",
                "callbackUrl",
                "connectionData",
                "label",
                "labels",
                "eUID",
                "scopes",
                "connectedAccountId",
                "requireConfirmation",
                "expiresInSeconds",
                "locale",
                "onDuplicate",
            ]
        ),
        *(("account", name) for name in ("displayName", "labels", "isDisabled", "sharedWith", "connection")),
        *(("confirm", name) for name in ("confirmationToken", "eUID")),
        ("users", "name"),
        *(("create", name) for name in ("authConfig", "connection", "validateCredentials")),
        *(
            ("create connection", name)
            for name in ("state", "eUID", "callbackUrl", "displayName", "labels", "identity")
        ),
        *(("create state", name) for name in ("authScheme", "val")),
        *(("create val", name) for name in (*TOKENS, *BESIDES, "subdomain")),
        *(("create key", name) for name in ("subdomain", "username", "password")),
        ("replace", "state"),
        ("replace val", "password"),
    ],
)
def test_any_value_in_a_body(api: Caller, path: str, name: str) -> None:
    config = make_auth_config(api.project, "zendesk")
    account = make_account(config)
    path, _, inside = path.partition(" ")
    if path in ("create", "replace"):
        keys = make_auth_config(api.project, "zendesk", auth_scheme="BASIC")
        key_account = make_account(keys, secrets={"password": "x"}, connection_data={"subdomain": "acme"})
        for value in BODIES:
            body = without_a_link(keys if inside == "key" else config, inside, {name: value})
            if path == "replace":
                body = {"connection": body["connection"]}
            method, url = (
                ("POST", "connected_accounts")
                if path == "create"
                else ("PATCH", f"connected_accounts/{key_account.pk}")
            )
            answer = api.call(method, url, raw=json.dumps(body).encode())
            assert answer.status_code in (200, 201, 400, 404, 409), (name, str(value)[:50], answer.content)
        return
    method, url, body = {
        "link": ("POST", "connected_accounts/link", {"authConfigId": config.pk}),
        "account": ("PATCH", f"connected_accounts/{account.pk}", {}),
        "confirm": ("POST", f"connected_accounts/{account.pk}/confirm", {"confirmationToken": "x"}),
        "users": ("POST", "external-users", {}),
    }[path]
    for value in BODIES:
        answer = api.call(method, url, raw=json.dumps({**body, name: value}).encode())
        assert answer.status_code in (200, 201, 400, 404, 409), (name, str(value)[:50], answer.content)


def without_a_link(config: AuthConfig, inside: str, hostile: dict[str, Any]) -> dict[str, Any]:
    """A body of the call that makes an account, with what is hostile in one place of it."""
    val = {"subdomain": "acme", "access_token": "a", "refresh_token": "r"}
    if inside == "key":
        val = {"subdomain": "acme", "username": "sam", "password": "p"}
    state: dict[str, Any] = {"val": {**val, **hostile} if inside in ("val", "key") else val}
    connection = {"state": {**state, **hostile} if inside == "state" else state, "identity": {"id": "1"}}
    whole = {
        "authConfig": {"id": config.pk},
        "connection": {**connection, **hostile} if inside == "connection" else connection,
    }
    return whole if inside else {**whole, **hostile}


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 300, "..", "a,b", "\t"])
def test_any_name_to_act_as(api: Caller, name: str) -> None:
    for path in ("connected_accounts", "connected_accounts/grouped-by-toolkit", "connected_accounts/ca_x"):
        assert api.get(path, headers={"x-username": name}).status_code in (200, 400, 404)
