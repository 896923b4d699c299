"""NDJSON: bodies of any length are read and answered in the memory of a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import UnreadablePostError

from flowra.api import ndjson
from flowra.api.ndjson import Line, NDJSONParser, ndjson_answer


def lines_in(body: bytes) -> list[Line]:
    return list(NDJSONParser().parse(io.BytesIO(body)))


@pytest.mark.parametrize("chunk", [1, 3, 100])
@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"a", [(1, b"a")]),
        (b"a\n", [(1, b"a")]),
        (b"a\r\n\r\nbb\r\n", [(1, b"a\r"), (3, b"bb\r")]),
        (b"\xef\xbb\xbfa\nb", [(1, b"a"), (2, b"b")]),
    ],
)
def test_lines_are_numbered_as_in_the_file(
    monkeypatch: pytest.MonkeyPatch, chunk: int, body: bytes, found: list[tuple[int, bytes]]
) -> None:
    monkeypatch.setattr(ndjson, "CHUNK", chunk)
    assert [(line.number, line.raw) for line in lines_in(body)] == found


@pytest.mark.parametrize("chunk", [1, 7, 1_000])
def test_a_line_that_is_too_long_is_refused_and_forgotten(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(ndjson, "CHUNK", chunk)
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", 10)
    long = b"x" * 11
    for body in (b"a\n" + long + b"\nb", b"a\n" + long * 50 + b"\nb"):
        first, second, third = lines_in(body)
        assert (first.raw, second.raw, third.raw) == (b"a", b"", b"b")
        assert second.refusal is not None
        assert second.refusal.problem_code == "line_too_long"
    assert [line.refusal is None for line in lines_in(b"x" * 10 + b"\n" + long)] == [True, False]


def test_when_the_other_side_goes_away_what_has_arrived_is_what_there_is() -> None:
    class GoesAway:
        parts = [b"a\nb\n{half"]

        def read(self, size: int) -> bytes:
            if self.parts:
                return self.parts.pop()
            raise UnreadablePostError("gone")

    assert [line.raw for line in NDJSONParser().parse(GoesAway())] == [b"a", b"b", b"{half"]  # type: ignore[arg-type]


def said(results: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    answer = ndjson_answer(results)
    assert answer.status_code == 200
    return iter(answer.streaming_content)  # type: ignore[arg-type]


@pytest.mark.parametrize("in_memory", [1, 1_000_000])
def test_a_client_that_reads_nothing_before_it_has_sent_all_is_never_waited_for(
    monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    """Within one sign of life nothing is said until all is read, however much there is to say."""
    monkeypatch.setattr(ndjson, "SIGN_OF_LIFE_SECONDS", 1e9)
    monkeypatch.setattr(ndjson, "HELD_IN_MEMORY", in_memory)
    made: list[int] = []

    def results() -> Iterator[dict[str, Any]]:
        for number in range(20_000):
            made.append(number)
            yield {"line": number, "é": "x"}

    told = said(results())
    first = next(told)
    assert len(made) == 20_000
    whole = first + b"".join(told)
    assert [json.loads(line)["line"] for line in whole.splitlines()] == made


def test_a_sign_of_life_is_a_whole_line_and_nothing_is_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "SIGN_OF_LIFE_SECONDS", 0)
    told = said({"line": number} for number in range(5))
    assert next(told) == b'{"line":0}\n'
    assert next(told) == b'{"line":1}\n'
    assert b"".join(told) == b'{"line":2}\n{"line":3}\n{"line":4}\n'
