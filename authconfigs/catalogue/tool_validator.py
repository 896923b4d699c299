"""What checks values against a tool's schema: the library's validator, with bounds where it has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry

# Longer texts match no pattern: see tool_schema.py for what a pattern may cost.
MAX_MATCHED = 500


def faults_in(schema: Mapping[str, Any], value: Any) -> Iterator[ValidationError]:
    """Everything in `value` that is not as `schema` has it. May raise ArithmeticError for numbers beyond a float."""
    # An empty registry: the library would otherwise fetch what a schema refers to.
    found: Iterator[ValidationError] = _Validator(dict(schema), registry=Registry()).iter_errors(value)
    return found


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and (len(value) > MAX_MATCHED or not re.search(pattern, value)):
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
