"""`/api/v1/schema`, the OpenAPI 3.1 description, and `/api/v1/docs`, the same for people."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .problems import only_read
from .rendering import JSON_TYPE, dumps


@cache
def description() -> dict[str, Any]:
    """The description; made once, when it is first asked for."""
    from drf_spectacular.generators import SchemaGenerator

    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@cache
def _as_json() -> bytes:
    return dumps(description())


@only_read
def schema(request: HttpRequest) -> HttpResponse:
    """The description as JSON; needs no key."""
    return HttpResponse(_as_json(), content_type=JSON_TYPE)


@only_read
def docs(request: HttpRequest) -> HttpResponse:
    """The description as a page without scripts."""
    return render(request, "api/docs.html", {"groups": groups(), "info": description()["info"]})


@cache
def groups() -> list[dict[str, Any]]:
    """The endpoints by tag, each with its parameters, body and answers as flat lists of fields; for pages."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = shape_in(operation.get("requestBody", {}))
    answers = []
    for status, response in operation["responses"].items():
        shape = shape_in(response)
        failed = not status.startswith("2")
        answers.append(
            {
                "status": status,
                "description": in_html(response.get("description", "")),
                "fields": [] if failed else _fields(shape),
            }
        )
    return {
        "anchor": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "description": in_html(operation.get("description", "")),
        "parameters": [
            {
                "name": each["name"],
                "where": each["in"],
                "type": type_of(each["schema"]),
                "required": each.get("required", False),
                "description": in_html(each.get("description", "")),
            }
            for each in operation.get("parameters", ())
        ],
        "body": _fields(body),
        "answers": answers,
    }


def shape_in(described: dict[str, Any]) -> dict[str, Any] | None:
    """Of a body or an answer, which has the same shape under each of its media types."""
    return next((each.get("schema") for each in described.get("content", {}).values()), None)


def _fields(shape: dict[str, Any] | None, under: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """The properties of an object, those of inner objects with dotted names."""
    inner_shape = opened(shape)
    found: list[dict[str, Any]] = []
    for name, property in inner_shape.get("properties", {}).items():
        found.append(
            {
                "name": under + name,
                "type": type_of(property),
                "required": name in inner_shape.get("required", ()),
                "description": in_html(property.get("description", "")),
            }
        )
        if depth < 3:
            inner = opened(property)
            is_list = inner.get("type") == "array"
            found += _fields(
                inner.get("items") if is_list else inner,
                f"{under}{name}{'[]' if is_list else ''}.",
                depth + 1,
            )
    return found


def opened(shape: dict[str, Any] | None) -> dict[str, Any]:
    """The shape that a reference, or a choice with null, stands for; empty for none."""
    while shape:
        if "$ref" in shape:
            shape = description()["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
        elif len(shape.get("allOf", ())) == 1:
            shape = shape["allOf"][0]
        elif "oneOf" in shape or "anyOf" in shape:
            shape = next(
                (each for each in shape.get("oneOf", shape.get("anyOf", ())) if each.get("type") != "null"),
                {},
            )
        else:
            return shape
    return {}


def type_of(shape: dict[str, Any]) -> str:
    """The shape in a word or two, as `list of string`, or its values."""
    inner = opened(shape)
    if "enum" in inner:
        return " | ".join(str(each) for each in inner["enum"] if each is not None)
    kind = inner.get("type", "any")
    if isinstance(kind, list):
        kind = " | ".join(kind)
    return f"list of {type_of(inner.get('items', {}))}" if kind == "array" else str(kind)


def in_html(text: str) -> SafeString:
    """Escaped, with what stands between backticks as code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped just now
