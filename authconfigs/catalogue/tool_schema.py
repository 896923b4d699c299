"""The JSON Schema of a tool's arguments: a subset of 2020-12 that cannot take long, recur or reach elsewhere.

A project writes its own schemas, and each call's arguments are checked against them, so what a schema can cost is
bounded when it is stored: references are local and without circles, all that they unfold to is counted, and a pattern is
a plain row of characters and classes, for which the search cannot run away (no groups, alternatives or lookarounds).
`format` is a remark for the reader, as 2020-12 has it by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from .strict import Fault
from .tool_validator import faults_in

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MAX_NODES: Final = 1_000
MAX_PROPERTIES: Final = 100
MAX_DEPTH: Final = 20
MAX_PATTERN: Final = 200
# Parts of a pattern whose length varies; in texts of at most MAX_MATCHED characters that is some milliseconds.
MAX_VARIABLE: Final = 3
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
# One part of a pattern: a class, an escape or a character, and how often it stands there.
_PART = re.compile(
    r"(?:\[\^?\]?(?:\\.|[^\]\\\[])*\]|\\[dDwWsS.\\/+*?()\[\]{}|^$\-@#&_:]|\.|[^\\\[\](){}|*+?.^$])"
    r"(?P<often>\*|\+|\?|\{[0-9]{1,3}\}|\{[0-9]{1,3},[0-9]{0,3}\})?"
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
            if any(faults_in(alone, {name: each["default"]})):
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


def check_pattern(pattern: Any, key: str) -> None:
    """Raises Fault unless it is a row of characters and classes, of which few vary in length."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        raise Fault(key, f"must be a text of at most {MAX_PATTERN} characters")
    row = (
        pattern.removeprefix("^").removesuffix("$")
        if not pattern.endswith("\\$")
        else pattern.removeprefix("^")
    )
    # A search that may begin anywhere varies in where it begins.
    variable = 0 if pattern.startswith("^") else 1
    at = 0
    while at < len(row):
        part = _PART.match(row, at)
        if part is None:
            raise Fault(
                key,
                "must be a row of characters and classes, with ^ at the beginning, $ at the end and * + ? {1,3} after "
                "any of them: no groups, no alternatives",
            )
        variable += part["often"] is not None and not re.fullmatch(r"\{[0-9]+\}", part["often"])
        at = part.end()
    if variable > MAX_VARIABLE:
        raise Fault(
            key, f"may have at most {MAX_VARIABLE} parts of varying length; without ^ in front, that is one"
        )
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise Fault(key, f"is no regular expression: {error}") from error
