"""However hostile the input, the answer is a 4xx that a client can read: never a 500, never a traceback."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from flowra.api.description import description
from tests.caller import Caller, make_caller
from tests.factories import make_account, make_auth_config, make_toolkit, make_webhook_endpoint
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# Each place is given one in so many of the odd values, and each value falls to many places.
SHARE = 3

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**400,
    1.5,
    1e308,
    "",
    " ",
    "\u202e",
    "\n",
    "a\tb",
    "x" * 20_000,
    "💥" * 300,
    "' OR 1=1 --",
    "%00%s{0}{x}",
    "{client_secret}",
    "../../etc/passwd",
    "http://[::1",
    "http://[]/",
    "http://127.0.0.1:99999999/",
    "javascript:alert(1)",
    "//evil.example",
    [],
    [[]],
    [None],
    [{}],
    ["\u0001"],
    ["x"] * 1000,
    {},
    {"": ""},
    {"a": {"b": {"c": []}}},
    {"__proto__": 1, "constructor": 2},
    {"slug": {"slug": "slack"}},
]
RAW_ODD = [b'"\\u0000"', b'"\\ud800"', b'"\xed\xa0\x80"', b"NaN", b"1e999", b'{"a":1,"a":2}', b"[" * 2000]
ODD_TEXTS = [
    "%00", "%ff", "%ED%A0%80", "", "%20", "-1", "1e9", "9" * 500, "null", "true,false", ",", ",,,", "%F0%9F%92%A5" * 50,
    "a" * 5000, "'", "%25", "_", "[]", "{}", "..%2f..", "x&x=y", "%E2%80%AE",
]  # fmt: skip


def bodies(caller: Caller, provider: PracticeProvider) -> list[tuple[str, str, dict[str, Any]]]:
    """Good bodies of every call that takes one, each to be spoilt in one place."""
    toolkit = make_toolkit(caller.project)
    auth_config = make_auth_config(caller.project)
    account = make_account(auth_config)
    origin = provider.origin
    endpoint = make_webhook_endpoint(caller.project, origin)
    hook = {"url": origin, "events": ["account.expired"], "description": "x"}
    definition = {
        "name": "Practice",
        "description": "x",
        "logo": f"{origin}/logo.svg",
        "baseUrl": origin,
        "authSchemes": ["OAUTH2"],
        "categories": ["x"],
        "getCurrentUserEndpoint": "/me",
        "oauth2": {
            "authorizationUrl": f"{origin}/authorize",
            "tokenUrl": f"{origin}/token",
            "revocationUrl": f"{origin}/revoke",
            "userinfoUrl": f"{origin}/userinfo",
            "registrationUrl": f"{origin}/register",
            "defaultScopes": ["openid"],
            "scopeSeparator": " ",
            "tokenAuthMethod": "none",
            "authorizationParams": {"prompt": "consent"},
            "tokenParams": {"audience": "x"},
            "identity": {"id": "sub", "name": "name"},
        },
        "authConfigDetails": [
            {
                "authConfigCreation": [
                    {"name": "tenant", "displayName": "Tenant", "type": "string", "required": True}
                ],
                "connectedAccountInitiation": [{"name": "shop", "default": "x", "description": "y"}],
            }
        ],
    }
    return [
        (
            "PATCH",
            "users/profile",
            {"name": "x", "callbackOrigins": ["https://a.example"], "requireConfirmation": True},
        ),
        ("POST", "toolkits", {"slug": "practice", **definition}),
        ("PATCH", f"toolkits/byId/{toolkit.pk}", definition),
        ("PATCH", f"toolkits/byId/{toolkit.pk}/status", {"isActive": True}),
        (
            "POST",
            "auth_configs",
            {
                "toolkit": {"slug": "slack"},
                "authConfig": {
                    "type": "use_custom_auth",
                    "displayName": "x",
                    "authScheme": "OAUTH2",
                    "credentials": {
                        "client_id": "a",
                        "client_secret": "b",
                        "scopes": ["c"],
                        "user_scopes": [],
                    },
                    "restrictToFollowingTools": ["x"],
                    "proxyConfig": {"proxyUrl": origin},
                    "rawCredentials": "scope",
                },
            },
        ),
        (
            "PATCH",
            f"auth_configs/{auth_config.pk}",
            {
                "displayName": "x",
                "isDisabled": False,
                "credentials": {"client_id": "a", "client_secret": "b", "scopes": []},
                "restrictToFollowingTools": [],
                "proxyConfig": {"proxyUrl": origin},
                "rawCredentials": "never",
            },
        ),
        (
            "POST",
            "connected_accounts/link",
            {
                "authConfigId": auth_config.pk,
                "callbackUrl": "https://acme.example/back",
                "connectionData": {"shop": "x"},
                "labels": ["x"],
                "eUID": "customer_42",
                "scopes": ["repo"],
                "connectedAccountId": account.pk,
                "requireConfirmation": False,
                "expiresInSeconds": 60,
                "locale": "en",
            },
        ),
        (
            "PATCH",
            f"connected_accounts/{account.pk}",
            {"displayName": "x", "labels": ["x"], "isDisabled": False},
        ),
        ("POST", f"connected_accounts/{account.pk}/confirm", {"confirmationToken": "x", "eUID": "x"}),
        ("POST", "external-users", {"name": "customer_1"}),
        ("POST", "webhook_endpoints", hook),
        ("PATCH", f"webhook_endpoints/{endpoint.pk}", {**hook, "isDisabled": False}),
    ]


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body, the body itself left out."""
    if path:
        yield path
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def spoilt(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    whole = copy.deepcopy(body)
    home = whole
    for key in path[:-1]:
        home = home[key]
    home[path[-1]] = value
    return whole


def readable(answer: Any, what: str) -> None:
    assert answer.status_code < 500 or answer.status_code in (502, 504), (what[:300], answer.content[:500])
    told = answer.json()
    if answer.status_code >= 400:
        assert told["message"], what
        assert told["requestId"], what


def test_no_value_in_any_place_of_any_body_breaks_it(provider: PracticeProvider) -> None:
    caller = make_caller()
    tried = 0
    for method, path, good in bodies(caller, provider):
        for place in places(good):
            for odd in [*ODD[:4], *ODD[4 + tried % SHARE :: SHARE]]:
                sent = json.dumps(spoilt(good, place, odd)).encode()
                readable(caller.call(method, path, raw=sent), f"{method} {path} {place} {str(odd)[:80]}")
                tried += 1
            mark = b'"@@mark@@"'
            with_mark = json.dumps(spoilt(good, place, "@@mark@@")).encode()
            for raw in RAW_ODD[tried % 3 :: 3]:
                answer = caller.call(method, path, raw=with_mark.replace(mark, raw))
                assert answer.status_code == 400, (method, path, place, raw[:50], answer.content[:300])
                tried += 1
    assert tried > 500


def test_no_odd_parameter_breaks_a_list() -> None:
    caller = make_caller()
    account = make_account(make_auth_config(caller.project))
    tried = 0
    for path, methods in description()["paths"].items():
        operation = methods.get("get")
        if operation is None:
            continue
        url = path.removeprefix("/api/v1/").replace("{id}", account.pk).replace("{username}", "x")
        names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        for name in [*names, "unknown", "%00", "%ff"]:
            tried += 1
            for odd in ODD_TEXTS[tried % SHARE :: SHARE]:
                readable(caller.get(f"{url}?{name}={odd}"), f"{url}?{name}={odd}")


def test_no_odd_id_breaks_a_path() -> None:
    caller = make_caller()
    for path, methods in description()["paths"].items():
        if "{" not in path:
            continue
        for odd in (
            "%00",
            "%ff",
            "%20",
            "x" * 3000,
            quote("💥"),
            "..",
            "%2e%2e",
            "'",
            "-1",
            "ac_",
            "%E2%80%AE",
            "a%0ab",
        ):
            url = re.sub(r"\{\w+\}", odd, path.removeprefix("/api/v1/"))
            for method in methods:
                if method in ("get", "post", "put", "patch", "delete"):
                    body: dict[str, str] | None = {} if method in ("post", "put", "patch") else None
                    readable(caller.call(method.upper(), url, body), f"{method} {url}")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "\x7f\x01"},
        {"authorization": "Bearer"},
        {"authorization": "Basic %%%"},
        {"authorization": "Bearer " + "x" * 8000},
        {"x-username": "\xff\xfe"},
        {"x-username": "a\x00b"},
        {"content-length": "-5"},
        {"content-length": "many"},
        {"accept": "text/nonsense"},
        {"accept": ";;;"},
        {"x-forwarded-host": "evil.example"},
    ],
)
def test_no_odd_header_breaks_a_call(headers: dict[str, str]) -> None:
    caller = make_caller()
    sent = {"x-api-key": caller.key, **headers}
    readable(Client(headers=sent).get("/api/v1/users/profile"), str(headers))


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-16",
        "application/json;;;",
        "text/json",
        "application/json\x00",
        "*/*",
        "application/*",
    ],
)
def test_no_odd_content_type_breaks_a_call(content_type: str) -> None:
    caller = make_caller()
    readable(caller.patch("users/profile", raw=b'{"name": "x"}', content_type=content_type), content_type)
