"""Foreign tables into frozen dataclasses: the dataclass is the schema, and each fault names its key."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Fault(Exception):
    """What is wrong with a table: `key` is dotted (`oauth2.token_url`), empty for the whole."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}" if key else message)
        self.key = key
        self.message = message


def read_table(cls: type[T], table: Mapping[str, Any], key: str = "", **given: Any) -> T:
    """An instance of the dataclass `cls` from `table`; `given` are fields that the table may not have.

    Raises Fault for an unknown key, a value of another type and a missing value.
    """
    expected = _hints(cls)  # type: ignore[arg-type]  # a type is hashable
    known = {each.name: each for each in fields(cls) if each.name not in given}  # type: ignore[arg-type]
    for name in table:
        if name not in known:
            raise Fault(_under(key, name), "is not a key that is known here")
    values = dict(given)
    for name, each in known.items():
        if name in table:
            values[name] = _read(expected[name], table[name], _under(key, name))
        elif each.default is MISSING and each.default_factory is MISSING:
            raise Fault(_under(key, name), "is missing")
    return cls(**values)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _read(expected: Any, value: Any, key: str) -> Any:
    origin, arguments = get_origin(expected), get_args(expected)
    if origin in (Union, types.UnionType):
        return _read(next(each for each in arguments if each is not types.NoneType), value, key)
    if origin is Literal:
        if value not in arguments:
            raise Fault(key, f"must be one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise Fault(key, "must be a list")
        return tuple(_read(arguments[0], item, f"{key}.{index}") for index, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise Fault(key, "must be a table")
        return MappingProxyType(
            {name: _read(arguments[1], item, _under(key, name)) for name, item in value.items()}
        )
    if is_dataclass(expected):
        if not isinstance(value, Mapping):
            raise Fault(key, "must be a table")
        return read_table(expected, value, key)  # type: ignore[arg-type]
    return _plain(expected, value, key)


def _plain(expected: Any, value: Any, key: str) -> Any:
    names = {str: "a text", bool: "true or false", int: "a whole number"}
    if expected in names and type(value) is not expected:
        raise Fault(key, f"must be {names[expected]}")
    if expected is str and not value.isprintable():
        raise Fault(key, "must be one line of printable characters")
    return value
