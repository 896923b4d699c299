"""A project's own tool: the contract's JSON, read into the same dataclasses as the catalogue's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowra.errors import InvalidInput

from .strict import Fault, read_table
from .tool import Tool, ToolAnswer, ToolRequest
from .tool_coherence import check_tool
from .toolkit import Toolkit

_WIRE = {
    "slug": "slug",
    "name": "name",
    "description": "description",
    "tags": "tags",
    "important": "important",
    "scopes": "scopes",
    "output": "output",
    "inputSchema": "input_schema",
}
_WIRE_REQUEST = {each: each for each in ("method", "url", "query", "headers", "form", "json")}
_WIRE_ANSWER = {"okField": "ok_field", "error": "error", "refused": "refused"}
_KEYS = {"input_schema": "inputSchema", "ok_field": "okField", "toolkit": "toolkitSlug"}


def tool_from_definition(
    definition: Mapping[str, Any], toolkit: Toolkit, *, id: str, is_active: bool = True
) -> Tool:
    """The tool of a definition. Raises InvalidInput naming the wire's field (`inputSchema.properties.x.pattern`)."""
    try:
        tool = _read(definition, toolkit.slug, id, is_active)
        check_tool(tool, toolkit)
    except Fault as fault:
        raise InvalidInput.field(_on_the_wire(fault.key), fault.message) from fault
    return tool


def stored_tool(definition: Mapping[str, Any], toolkit_slug: str, *, id: str, is_active: bool) -> Tool:
    """The same of a definition that was checked when it was stored."""
    return _read(definition, toolkit_slug, id, is_active)


def _read(definition: Mapping[str, Any], toolkit_slug: str, id: str, is_active: bool) -> Tool:
    table = _renamed(definition, _WIRE)
    for name in ("description", "output"):
        table[name] = " ".join(str(table.get(name, "")).split())
    if isinstance(table.get("input_schema"), Mapping):
        schema = {"type": "object", "additionalProperties": False, "properties": {}, **table["input_schema"]}
        table["input_schema"] = schema
    for key in ("request", "answer"):
        if definition.get(key) is not None and not isinstance(definition[key], Mapping):
            raise Fault(key, "must be an object")
    request = read_table(
        ToolRequest, _renamed(definition.get("request") or {}, _WIRE_REQUEST), "request", quirk=None
    )
    answer = read_table(ToolAnswer, _renamed(definition.get("answer") or {}, _WIRE_ANSWER), "answer")
    read = dict(table)
    schema = read.pop("input_schema", None)
    if not isinstance(schema, Mapping):
        raise Fault("input_schema", "is needed" if schema is None else "must be an object")
    return read_table(
        Tool,
        read,
        toolkit=toolkit_slug,
        input_schema=dict(schema),
        request=request,
        answer=answer,
        id=id,
        is_active=is_active,
    )


def _renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: given[wire] for wire, ours in names.items() if given.get(wire) is not None}


def _on_the_wire(key: str) -> str:
    first, _, rest = key.partition(".")
    if first == "answer":
        rest = _KEYS.get(rest, rest)
    return ".".join(filter(None, (_KEYS.get(first, first), rest)))
