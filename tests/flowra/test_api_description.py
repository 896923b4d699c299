"""The description: valid, complete, and a page without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    told: dict[str, Any] = Client().get("/api/v1/schema").json()
    return told


def operations(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_it_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    validate_schema(description)  # type: ignore[no-untyped-call]


def test_nothing_had_to_be_guessed(capfd: pytest.CaptureFixture[str]) -> None:
    from flowra.api import description as module

    module.description.__wrapped__()
    assert capfd.readouterr().err == ""


def test_every_operation_says_what_it_answers_and_how_it_fails(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert good, name
        for status in good:
            told = operation["responses"][status]["content"]
            assert [each["schema"] for each in told.values()], name
            kind = "application/x-ndjson" if "/import" in name else "application/json"
            assert list(told) == ["*/*" if "/proxy" in name else kind], name
        for status in ("400", "401", "403", "503"):
            shape = operation["responses"][status]["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Problem"}, name
        assert operation["description"], name


def test_a_body_and_its_failures_go_together(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        if "requestBody" in operation:
            assert "415" in operation["responses"], name


def test_the_links_body_has_the_name_that_clients_know(description: dict[str, Any]) -> None:
    body = description["paths"]["/api/v1/connected_accounts/link"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"].endswith("/CreateConnectedAccountLinkDto")


def test_an_import_s_lines_are_bodies_of_the_single_call(description: dict[str, Any]) -> None:
    paths = description["paths"]
    lines = paths["/api/v1/connected_accounts/import"]["post"]["requestBody"]["content"]
    single = paths["/api/v1/connected_accounts"]["post"]["requestBody"]["content"]["application/json"]
    assert lines["application/x-ndjson"] == lines["application/jsonl"] == single


def test_the_catalogue_is_open_to_those_without_a_key(description: dict[str, Any]) -> None:
    assert {} in description["paths"]["/api/v1/toolkits"]["get"]["security"]
    assert {} not in description["paths"]["/api/v1/auth_configs"]["get"]["security"]


def test_parameters_are_described(description: dict[str, Any]) -> None:
    named = {each["name"]: each for each in description["paths"]["/api/v1/auth_configs"]["get"]["parameters"]}
    assert named["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert named["toolkitSlug"]["schema"]["type"] == "array"
    assert named["x-username"]["in"] == "header"


def test_the_page_has_every_operation_and_no_script(client: Client, description: dict[str, Any]) -> None:
    answer = client.get("/api/v1/docs")
    text = answer.content.decode()
    for _, operation in operations(description):
        assert f'id="{operation["operationId"]}"' in text
    assert "<script" not in text
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
