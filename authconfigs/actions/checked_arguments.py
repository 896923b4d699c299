"""A call's arguments against the tool's JSON Schema: everything that is wrong with them, each by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import ValidationError

from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.tool_schema import size_of
from authconfigs.catalogue.tool_validator import MAX_MATCHED, TooCostly, faults_in
from flowra.errors import FieldProblem, InvalidInput
from flowra.near_match import near_match

# Checking costs at most what these two make when they are multiplied.
MAX_COST: Final = 500_000
MAX_VALUES: Final = 20_000
MAX_TOLD: Final = 500
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_BOUNDS = {
    "minimum": "must be at least {}",
    "maximum": "may be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "multipleOf": "must be a multiple of {}",
    "minLength": "must have at least {} characters",
    "maxLength": "may have at most {} characters",
    "minItems": "must have at least {} entries",
    "maxItems": "may have at most {} entries",
    "minProperties": "must have at least {} keys",
    "maxProperties": "may have at most {} keys",
    "pattern": "must match {}",
    "uniqueItems": "has an entry twice",
    "not": "is one of the values that are ruled out",
    "anyOf": "fits none of the forms that it may have",
    "oneOf": "must fit exactly one of the forms that it may have",
}


def checked_arguments(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, with the defaults of those that were left out.

    Raises InvalidInput with every fault: `arguments.channel`, `arguments.attendees.0.email`.
    """
    schema: Mapping[str, Any] = tool.input_schema
    values = _count(given)
    if values > MAX_VALUES or values * size_of(schema) > MAX_COST:
        raise InvalidInput.field("arguments", "have more values than can be checked for this tool")
    try:
        problems = list(_problems(schema, dict(given)))
    except TooCostly as error:
        raise InvalidInput.field(
            "arguments", "have more text than can be matched with this tool's patterns"
        ) from error
    except (ArithmeticError, RecursionError) as error:
        raise InvalidInput.field("arguments", "have a number that is too large") from error
    if problems:
        told = list(dict.fromkeys(problems))
        if len(told) > MAX_TOLD:
            more = FieldProblem("arguments", f"have {len(told) - MAX_TOLD} faults more")
            told = [*told[:MAX_TOLD], more]
        raise InvalidInput.fields(told)
    properties: Mapping[str, Any] = schema.get("properties", {})
    defaults = {name: each["default"] for name, each in properties.items() if _has_default(each)}
    return {**defaults, **given}


def _has_default(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "default" in schema


def _count(value: Any) -> int:
    """How many values it has, at any depth."""
    waiting, count = [value], 0
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return count


def _problems(schema: Mapping[str, Any], given: dict[str, Any]) -> Iterator[FieldProblem]:
    for error in faults_in(schema, given):
        yield from _told(error)


def _told(error: ValidationError) -> Iterator[FieldProblem]:
    """In our own words: the library's quote the value, which may be long, or a secret."""
    field = ".".join(["arguments", *(str(part)[:100] for part in error.absolute_path)])
    keyword = str(error.validator)
    wanted: Any = error.validator_value
    value: Any = error.instance
    schema: Any = error.schema
    if keyword == "required":
        missing = [name for name in wanted if name not in value]
        yield from (FieldProblem(f"{field}.{name}", "is needed") for name in missing)
    elif keyword == "additionalProperties" and wanted is False:
        known = list(schema.get("properties", {}))
        for name in value:
            if name not in known:
                yield FieldProblem(f"{field}.{name[:100]}", f"is unknown.{near_match(name, known)}"[:1000])
    elif keyword == "type":
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        yield FieldProblem(field, f"must be {' or '.join(_TYPES.get(kind, kind) for kind in kinds)}")
    elif keyword in ("enum", "const"):
        values = [wanted] if keyword == "const" else wanted
        shown = ", ".join(each if isinstance(each, str) else json.dumps(each) for each in values)
        yield FieldProblem(field, f"must be {'one of ' if len(values) > 1 else ''}{shown}"[:1000])
    elif keyword == "pattern" and len(value) > MAX_MATCHED:
        yield FieldProblem(field, f"may have at most {MAX_MATCHED} characters, as it must match a pattern")
    elif keyword in ("anyOf", "oneOf") and not _fits_several(error):
        nearest = [each for part in error.context or () for each in _told(part)]
        words = "; or ".join(dict.fromkeys(each.message for each in nearest if each.field == field))
        yield FieldProblem(field, (_BOUNDS[keyword] + (f": {words}" if words else ""))[:1000])
    else:
        yield FieldProblem(field, _BOUNDS.get(keyword, "cannot be this").format(wanted))


def _fits_several(error: ValidationError) -> bool:
    return error.validator == "oneOf" and not error.context
