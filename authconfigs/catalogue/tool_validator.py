"""What checks values against a tool's schema: the library's validator, with bounds where it has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry

from .tool_pattern import variable_parts

# Longer texts match no pattern.
MAX_MATCHED = 500
# What the patterns of one check may cost together: for each, the text's length to the power of its variable parts. At
# worst that is about half a second.
MAX_MATCHING = 500_000_000
_left: ContextVar[int] = ContextVar("left", default=MAX_MATCHING)


class TooCostly(Exception):
    """The patterns would take too long."""


def faults_in(schema: Mapping[str, Any], value: Any) -> list[ValidationError]:
    """Everything in `value` that is not as `schema` has it.

    Raises TooCostly, ArithmeticError for numbers beyond a float, RecursionError.
    """
    token = _left.set(MAX_MATCHING)
    try:
        # An empty registry: the library would otherwise fetch what a schema refers to.
        return list(_Validator(dict(schema), registry=Registry()).iter_errors(value))
    finally:
        _left.reset(token)


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(value, str):
        return
    if len(value) <= MAX_MATCHED:
        left = _left.get() - len(value) ** (variable_parts(pattern) or 0)
        if left < 0:
            raise TooCostly
        _left.set(left)
        if re.search(pattern, value):
            return
    yield ValidationError("does not match")


def _unique(validator: Any, unique: bool, value: Any, schema: Any) -> Iterator[ValidationError]:
    """In one pass, where the library compares each with each."""
    if not unique or not isinstance(value, list):
        return
    if len({json.dumps(_plain(each), sort_keys=True) for each in value}) != len(value):
        yield ValidationError("has an entry twice")


def _plain(value: Any) -> Any:
    """1 and 1.0 are the same number (JSON Schema 2020-12 Core, 4.2.2)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique}
)
