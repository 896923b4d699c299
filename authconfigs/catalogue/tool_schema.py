"""The JSON Schema of a tool's arguments: a subset of 2020-12 that cannot take long, recur or reach elsewhere.

A project writes its own schemas, and each call's arguments are checked against them, so what a schema can cost is
bounded when it is stored: references are local and without circles, all that they unfold to is counted, and patterns are
what tool_pattern.py takes.
`format` is a remark for the reader, as 2020-12 has it by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from .strict import Fault
from .tool_pattern import check_pattern
from .tool_validator import TooCostly, faults_in

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MAX_NODES: Final = 1_000
MAX_PROPERTIES: Final = 100
MAX_DEPTH: Final = 20
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LOCAL_REF = re.compile(r"#/\$defs/([A-Za-z0-9_.-]+)")
_OF_SCHEMAS = ("anyOf", "oneOf", "allOf")
_OF_NAMES = ("properties", "$defs")
_ONE_SCHEMA = ("items", "additionalProperties", "not")
_KNOWN: Final = frozenset(
    (
        *_OF_SCHEMAS,
        *_OF_NAMES,
        *_ONE_SCHEMA,
        *(
            "$ref",
            "$schema",
            "$comment",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "format",
        ),
        *("type", "enum", "const", "required", "minProperties", "maxProperties", "minItems", "maxItems"),
        *("uniqueItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "multipleOf"),
    )
)


def check_input_schema(schema: Mapping[str, Any], key: str = "input_schema") -> None:
    """Raises Fault naming the place (`input_schema.properties.channel.pattern`) of the first thing that is refused."""
    if schema.get("$schema", DIALECT) != DIALECT:
        raise Fault(f"{key}.$schema", f"must be {DIALECT}, or left out")
    if schema.get("type") != "object":
        raise Fault(f"{key}.type", "must be object: arguments have names")
    if schema.get("additionalProperties") is not False:
        raise Fault(
            f"{key}.additionalProperties", "must be false: an argument that is not described goes nowhere"
        )
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping):
        raise Fault(f"{key}.properties", "must be an object")
    if len(properties) > MAX_PROPERTIES:
        raise Fault(f"{key}.properties", f"may have at most {MAX_PROPERTIES} arguments")
    for name in properties:
        if not NAME.fullmatch(str(name)):
            raise Fault(
                f"{key}.properties.{name}"[:200], "must be named with letters, digits and underscores"
            )
    _check_places(schema, key)
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        where = ".".join([key, *map(str, error.absolute_path)])
        raise Fault(where[:200], f"is not as JSON Schema has it: {error.message[:200]}") from error
    if size_of(schema, key) > MAX_NODES:
        raise Fault(key, f"unfolds to more than {MAX_NODES} schemas and values")
    for name, each in properties.items():
        if isinstance(each, Mapping) and "default" in each:
            alone = {"$defs": schema.get("$defs", {}), "properties": {name: each}}
            try:
                found = faults_in(alone, {name: each["default"]})
            except (TooCostly, ArithmeticError) as error:
                raise Fault(f"{key}.properties.{name}.default", "takes too long to check") from error
            if found:
                raise Fault(f"{key}.properties.{name}.default", "is not as the argument must be")


def size_of(schema: Mapping[str, Any], key: str = "input_schema") -> int:
    """How many schemas and listed values it has when every reference is unfolded, counted no further than MAX_NODES + 1.

    Raises Fault for a reference that leads in a circle or nowhere.
    """
    definitions = schema.get("$defs", {})
    known: dict[str, int] = {}

    def unfolded(each: Any, under: tuple[str, ...]) -> int:
        if not isinstance(each, Mapping):
            return 1
        total = 1 + len(each) + sum(len(each[name]) for name in ("enum", "required") if name in each)
        for _, inner in _schemas_in({name: item for name, item in each.items() if name != "$defs"}):
            total += unfolded(inner, under)
        if "$ref" in each:
            found = _LOCAL_REF.fullmatch(each["$ref"])
            name = found[1] if found else ""
            if name not in definitions:
                raise Fault(f"{key}.$ref", f"leads nowhere: there is no $defs.{name[:100]}")
            if name in under:
                raise Fault(f"{key}.$defs.{name}"[:200], "refers to itself, and a circle has no end")
            if name not in known:
                known[name] = unfolded(definitions[name], (*under, name))
            total += known[name]
        return min(total, MAX_NODES + 1)

    for name in definitions:
        known[name] = unfolded(definitions[name], (name,))
    return unfolded(schema, ())


def _check_places(root: Mapping[str, Any], key: str) -> None:
    waiting: list[tuple[str, Any, int]] = [(key, root, 1)]
    count = 0
    while waiting:
        place, schema, depth = waiting.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise Fault(key, f"may have at most {MAX_NODES} schemas, nested {MAX_DEPTH} deep")
        if isinstance(schema, bool):
            continue
        if not isinstance(schema, Mapping):
            raise Fault(place[:200], "must be a schema: an object, or true or false")
        for name, value in schema.items():
            here = f"{place}.{name}"[:200]
            if name not in _KNOWN:
                raise Fault(here, "is no keyword that is taken here")
            if name == "$defs" and depth > 1:
                raise Fault(here, "may only be at the top")
            if name == "$schema" and depth > 1:
                raise Fault(here, "may only be at the top")
            if name == "$ref" and not (isinstance(value, str) and _LOCAL_REF.fullmatch(value)):
                raise Fault(here, "must be #/$defs/NAME: nothing is fetched from elsewhere")
            if name == "pattern":
                check_pattern(value, here)
            if (name in _OF_NAMES and not isinstance(value, Mapping)) or (
                name in (*_OF_SCHEMAS, "enum", "required") and not isinstance(value, list | tuple)
            ):
                raise Fault(here, "is not as JSON Schema has it")
        waiting.extend((f"{place}.{part}", inner, depth + 1) for part, inner in _schemas_in(schema))


def _schemas_in(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in schema.items():
        if name in _ONE_SCHEMA:
            yield name, value
        elif name in _OF_SCHEMAS:
            yield from ((f"{name}.{index}", inner) for index, inner in enumerate(value))
        elif name in _OF_NAMES:
            yield from ((f"{name}.{each}", inner) for each, inner in value.items())
