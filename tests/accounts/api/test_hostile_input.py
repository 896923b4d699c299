"""Whatever is sent to the accounts' endpoints, the answer is a refusal at worst, and never a failure of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

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
    ],
)
def test_any_value_in_a_body(api: Caller, path: str, name: str) -> None:
    config = make_auth_config(api.project, "zendesk")
    account = make_account(config)
    method, url, body = {
        "link": ("POST", "connected_accounts/link", {"authConfigId": config.pk}),
        "account": ("PATCH", f"connected_accounts/{account.pk}", {}),
        "confirm": ("POST", f"connected_accounts/{account.pk}/confirm", {"confirmationToken": "x"}),
        "users": ("POST", "external-users", {}),
    }[path]
    for value in BODIES:
        answer = api.call(method, url, raw=json.dumps({**body, name: value}).encode())
        assert answer.status_code in (200, 201, 400, 404, 409), (name, str(value)[:50], answer.content)


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 300, "..", "a,b", "\t"])
def test_any_name_to_act_as(api: Caller, name: str) -> None:
    for path in ("connected_accounts", "connected_accounts/grouped-by-toolkit", "connected_accounts/ca_x"):
        assert api.get(path, headers={"x-username": name}).status_code in (200, 400, 404)
