"""Strict JSON: what is read, what is refused, and by which name."""

from __future__ import annotations

import json

import pytest

from flowra.api.rendering import MAX_DEPTH, MAX_VALUES, dumps, strict_json
from flowra.errors import InvalidInput


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nul",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[1, 2]",
        b'"text"',
        b"1",
        b"null",
        b'{"a": 1} {"b": 2}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}",
        b'{"a": [' + b"1," * MAX_VALUES + b"1]}",
    ],
)
def test_what_is_no_plain_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        strict_json(raw)
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"a": 1, "a": 2}', "a"),
        (b'{"a": {"b": 1, "b": 1}}', "b"),
        (b'{"a": "x\\u0000y"}', "a"),
        (b'{"a": {"b": ["ok", "\\ud800"]}}', "a.b.1"),
        (b'{"a": {"b\\u0000": 1}}', "a.b\\u0000"),
    ],
)
def test_a_refusal_names_the_field(raw: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        strict_json(raw)
    assert [problem.field for problem in refusal.value.errors] == [field]
    json.dumps(refusal.value.message).encode()


@pytest.mark.parametrize(
    "value", [{}, {"a": None}, {"ü": "😀", "b": [1, 2.5, True, {"c": {}}]}, {"a": 2**53}]
)
def test_plain_objects_are_read_as_they_are(value: dict[str, object]) -> None:
    assert strict_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("value", [{"a": "ü😀"}, {"a": 2**70}, {"a": "\ud800"}, [1, None, True]])
def test_whatever_is_stored_can_be_written(value: object) -> None:
    assert json.loads(dumps(value)) == value
