"""Definitions that mean ill: addresses that lead elsewhere, schemas that never end, requests that say who asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from authconfigs.models import ProjectTool
from tests.authconfigs.own_tool import own_tool, with_argument
from tests.caller import Caller, make_caller, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def caller() -> Caller:
    return make_caller()


def sending(**request: Any) -> dict[str, Any]:
    """A definition with one required argument `a`, and this request."""
    schema = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    return own_tool(inputSchema=schema, request={"method": "POST", "url": "/x", **request})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/{a}",
        "//evil.example/{a}",
        "///{a}",
        "http://slack.com/{a}",
        "https://slack.com@evil.example/{a}",
        "https://user:pw@slack.com/{a}",
        "https://slack.com\\@evil.example/{a}",
        "https://slack.com{a}/x",
        "https://slack.com.evil.example/{a}",
        "https://{a}.slack.com/",
        "https://slack.com:444/{a}",
        "https://slack.com:99999999/{a}",
        "https://slack.com:port/{a}",
        "https://[::1/{a}",
        "http://[slack.com]/{a}",
        "https://127.0.0.1/{a}",
        "https:///{a}",
        "://{a}",
        "/a://b/{a}",
        "https://slack.com",
        "javascript:{a}",
        "file:///etc/passwd{a}",
        "x/{a}",
        "/../{a}",
        "/{a}/..",
        "/x/./{a}",
        "/%2e%2e/{a}",
        "/x?y={a}",
        "/x#{a}",
        "/x\t{a}",
        "/\u202e{a}",
        "/ü/{a}",
        "/{b}",
        "/{a",
        "/{a}}",
        "/{{a}}",
        "/{a.b}",
        "/{a**}",
        "/{a}/" + "x" * 2000,
        "",
        5,
        None,
        ["/x"],
    ],
)
def test_an_address_stays_with_the_toolkit(caller: Caller, url: Any) -> None:
    problem_of(caller.post("tools", sending(url=url)), 400, "request.url")
    assert not ProjectTool.objects.exists()


@pytest.mark.parametrize(
    "url", ["/x/{a}", "/x/{a*}", "/v1:run/{a}@2", "https://slack.com/x/{a}", "https://SLACK.com/x/{a}"]
)
def test_a_plain_address_is_taken(caller: Caller, url: str) -> None:
    assert caller.post("tools", sending(url=url)).status_code == 201


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"method": "TRACE", "json": {"a": "{a}"}}, "request.method"),
        ({"method": "CONNECT", "json": {"a": "{a}"}}, "request.method"),
        ({"method": "GET", "json": {"a": "{a}"}}, "request.method"),
        ({"json": {"a": "{a}"}, "form": {"b": "{a}"}}, "request.form"),
        ({"headers": {"Authorization": "{a}"}}, "request.headers.Authorization"),
        ({"headers": {"x-api-key": "{a}"}}, "request.headers.x-api-key"),
        ({"headers": {"Cookie": "{a}"}}, "request.headers.Cookie"),
        ({"headers": {"host": "{a}"}}, "request.headers.host"),
        ({"headers": {"Content-Length": "{a}"}}, "request.headers.Content-Length"),
        ({"headers": {"Transfer-Encoding": "{a}"}}, "request.headers.Transfer-Encoding"),
        ({"headers": {"X-Forwarded-For": "{a}"}}, "request.headers.X-Forwarded-For"),
        ({"headers": {"Proxy-Connection": "{a}"}}, "request.headers.Proxy-Connection"),
        ({"headers": {"X-A: b\r\nX-C": "{a}"}}, "request.headers.X-A: b\r\nX-C"),
        ({"headers": {"X-A": "{a}\r\nX-C: d"}}, "request.headers.X-A"),
        ({"headers": {"X-A": "ü{a}"}}, "request.headers.X-A"),
        ({"query": {"a": "{a*}"}}, "request.query.a"),
        ({"query": {"a": 5}}, "request.query.a"),
        ({"query": {"{a}": "x"}}, "inputSchema.properties.a"),
        ({"json": {"{a}": "x"}}, "inputSchema.properties.a"),
        ({"json": {"deep": [{"er": "{b}"}]}}, "request.json.deep.0.er"),
        ({"json": ["{a}"]}, "request.json"),
        ({"json": {"a": "{a}"}, "quirk": "as_raw_message"}, "request.quirk"),
    ],
)
def test_a_request_says_not_who_asks_nor_how_it_is_sent(
    caller: Caller, request_: dict[str, Any], field: str
) -> None:
    problem_of(caller.post("tools", sending(**request_)), 400, field)


NESTED: dict[str, Any] = {"type": "string"}
for _ in range(25):
    NESTED = {"type": "array", "items": NESTED}


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        # References: to elsewhere, to nowhere.
        ({"$ref": "https://evil.example/schema.json"}, "inputSchema.properties.a.$ref"),
        ({"$ref": "http://169.254.169.254/"}, "inputSchema.properties.a.$ref"),
        ({"$ref": "file:///etc/passwd"}, "inputSchema.properties.a.$ref"),
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, "inputSchema.properties.a.$ref"),
        ({"$ref": "#"}, "inputSchema.properties.a.$ref"),
        ({"$ref": "#/$defs/nothing"}, "inputSchema.$ref"),
        ({"$ref": ["#/$defs/x"]}, "inputSchema.properties.a.$ref"),
        ({"$dynamicRef": "#x"}, "inputSchema.properties.a.$dynamicRef"),
        ({"$id": "https://evil.example/"}, "inputSchema.properties.a.$id"),
        ({"$schema": "https://evil.example/"}, "inputSchema.properties.a.$schema"),
        # Patterns whose search would run away, or that are none.
        ({"type": "string", "pattern": "(a+)+$"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "^(a|a)*$"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "^(?=x)x"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": r"^(.*)\1$"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": ".*.*.*x"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "^a{1,9999}$"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "a++"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "[z-a]"}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "["}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": "x" * 201}, "inputSchema.properties.a.pattern"),
        ({"type": "string", "pattern": 5}, "inputSchema.properties.a.pattern"),
        (
            {"type": "object", "patternProperties": {"(a+)+": {}}},
            "inputSchema.properties.a.patternProperties",
        ),
        ({"type": "object", "propertyNames": {}}, "inputSchema.properties.a.propertyNames"),
        # What is too much, or no schema.
        (NESTED, "inputSchema"),
        ({"enum": list(range(1_001))}, "inputSchema"),
        ({"type": "nothing"}, "inputSchema.properties.a.type"),
        ({"minLength": -1}, "inputSchema.properties.a.minLength"),
        ({"multipleOf": 0}, "inputSchema.properties.a.multipleOf"),
        ({"anyOf": {}}, "inputSchema.properties.a.anyOf"),
        ({"properties": {"x": 5}}, "inputSchema.properties.a.properties.x"),
        ({"type": "string", "default": 5}, "inputSchema.properties.a.default"),
        ("string", "inputSchema.properties.a"),
        (None, "inputSchema.properties.a"),
    ],
)
def test_a_schema_can_neither_reach_elsewhere_nor_take_long(caller: Caller, schema: Any, field: str) -> None:
    problem_of(caller.post("tools", with_argument(schema)), 400, field)
    assert not ProjectTool.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "array"}, "inputSchema.type"),
        ({"additionalProperties": True}, "inputSchema.additionalProperties"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "inputSchema.$schema"),
        ({"properties": []}, "inputSchema.properties"),
        ({"properties": {"a b": {}}}, "inputSchema.properties.a b"),
        ({"properties": {f"a{n}": {} for n in range(101)}}, "inputSchema.properties"),
        ({"required": ["a", "nobody"]}, "inputSchema.required"),
        ({"required": "a"}, "inputSchema.required"),
        ({"$defs": {"n": {"items": {"$ref": "#/$defs/n"}}}}, "inputSchema.$defs.n"),
        ({"$defs": {"n": {"$ref": "#/$defs/m"}, "m": {"$ref": "#/$defs/n"}}}, "inputSchema.$defs.n"),
        ({"$defs": {"n": [1]}}, "inputSchema.$defs.n"),
    ],
)
def test_a_schema_describes_named_arguments_and_ends(
    caller: Caller, change: dict[str, Any], field: str
) -> None:
    body = with_argument({"type": "string"})
    body["inputSchema"] = {**body["inputSchema"], **change}
    problem_of(caller.post("tools", body), 400, field)


def test_a_bomb_of_references_does_not_go_off(caller: Caller) -> None:
    """Each of 30 definitions refers three times to the one before: unfolded, 3 to the power of 30."""
    definitions: dict[str, Any] = {"d0": {"type": "string"}}
    for number in range(1, 31):
        definitions[f"d{number}"] = {"anyOf": [{"$ref": f"#/$defs/d{number - 1}"}] * 3}
    body = with_argument({"$ref": "#/$defs/d30"})
    body["inputSchema"]["$defs"] = definitions
    told = problem_of(caller.post("tools", body), 400, "inputSchema")
    assert "unfolds to more than" in told["message"]


def test_what_is_huge_is_refused(caller: Caller) -> None:
    told = problem_of(caller.post("tools", with_argument({"enum": ["x" * 60_000]})), 400)
    assert "50000 bytes" in told["message"]
    deep = b"[" * 5_000 + b"]" * 5_000
    body = json.dumps(with_argument({"const": "@@"})).encode().replace(b'"@@"', deep)
    assert "nested" in problem_of(caller.post("tools", raw=body), 400)["message"]
    assert caller.post("tools", raw=b'{"slug": "' + b"x" * 30_000_000 + b'"}').status_code == 413


def test_a_change_is_checked_like_a_new_one(caller: Caller) -> None:
    made = caller.post("tools", own_tool()).json()["data"]
    path = f"tools/byId/{made['id']}"
    problem_of(
        caller.patch(path, {"request": {**made["request"], "url": "//evil.example"}}), 400, "request.url"
    )
    bad = {"properties": {"channel": {"$ref": "https://evil.example"}}}
    problem_of(caller.patch(path, {"inputSchema": bad}), 400, "inputSchema.properties.channel.$ref")
    assert caller.get(path).json()["data"] == made
