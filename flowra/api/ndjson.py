"""NDJSON in and out (https://github.com/ndjson/ndjson-spec): any number of lines in the memory of one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NamedTuple

from django.core.exceptions import RequestDataTooBig
from django.http import StreamingHttpResponse, UnreadablePostError
from rest_framework.parsers import BaseParser

from flowra.errors import InvalidInput

from .rendering import dumps

NDJSON_TYPE = "application/x-ndjson"
MAX_LINES = 100_000
MAX_LINE_BYTES = 256_000
MAX_BODY_BYTES = 500_000_000
CHUNK = 65_536
# So many bytes of results are held back in memory; what is more waits in a temporary file.
HELD_IN_MEMORY = 1_000_000
SIGN_OF_LIFE_SECONDS = 1.0
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line of a body, by its number from 1. A line that will not do is empty and has the refusal with it."""

    number: int
    raw: bytes
    refusal: InvalidInput | None = None


class NDJSONParser(BaseParser):
    """The body as an iterator of its lines, read from the connection as it is walked. Blank lines are left out."""

    media_type = NDJSON_TYPE

    def parse(  # type: ignore[override]  # what it answers is handed on as it is
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Iterator[Line]:
        """Raises RequestDataTooBig for a body that says to be longer than MAX_BODY_BYTES."""
        said = getattr(stream, "META", {}).get("CONTENT_LENGTH") or "0"
        if int(said) > MAX_BODY_BYTES:
            raise RequestDataTooBig
        return _lines_in(stream)


class JSONLinesParser(NDJSONParser):
    """The same under its other name (https://jsonlines.org)."""

    media_type = "application/jsonl"


def lines_of(data: Any) -> Iterator[Line]:
    """The lines of a body that NDJSONParser has read; raises InvalidInput where there is none."""
    if isinstance(data, Iterator):
        return data
    raise InvalidInput(
        "The body is empty: send one JSON object a line, with a Content-Length.", code="malformed_json"
    )


def _lines_in(stream: IO[Any]) -> Iterator[Line]:
    number, begun, is_too_long = 1, b"", False
    for chunk in _chunks_of(stream):
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            if number > MAX_LINES:
                yield Line(number, b"", _too_many())
                return
            yield from _line(number, begun + piece, is_too_long=is_too_long)
            number, begun, is_too_long = number + 1, b"", False
        begun = b"" if is_too_long else begun + rest
        if len(begun) > MAX_LINE_BYTES:
            begun, is_too_long = b"", True
    if number > MAX_LINES and begun.strip():
        yield Line(number, b"", _too_many())
    else:
        yield from _line(number, begun, is_too_long=is_too_long)


def _chunks_of(stream: IO[Any]) -> Iterator[bytes]:
    """What arrives, up to where the other side went away."""
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except UnreadablePostError:
        return


def _line(number: int, raw: bytes, *, is_too_long: bool) -> Iterator[Line]:
    if number == 1:
        raw = raw.removeprefix(BYTE_ORDER_MARK)
    if is_too_long or len(raw) > MAX_LINE_BYTES:
        yield Line(
            number, b"", InvalidInput(f"A line has at most {MAX_LINE_BYTES} bytes.", code="line_too_long")
        )
    elif raw.strip():
        yield Line(number, raw)


def _too_many() -> InvalidInput:
    return InvalidInput(
        f"A body has at most {MAX_LINES} lines. Nothing from here on was read; send it by itself.",
        code="too_many_lines",
    )


def ndjson_answer(results: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """200 with a line for each result, made while it is sent; nobody on the way is to keep it."""
    response = StreamingHttpResponse(_held_back(results), content_type=NDJSON_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _held_back(results: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The results as lines: one a second while they are made, the others when all are.

    Most clients send their whole body before they read a word of the answer. With more said to them than the network
    holds they would wait for us to read on, and we for them; with nothing said, a proxy takes us for dead.
    """
    with tempfile.SpooledTemporaryFile(max_size=HELD_IN_MEMORY) as held:
        said, last = 0, time.monotonic()
        for result in results:
            held.seek(0, 2)
            held.write(dumps(result) + b"\n")
            if time.monotonic() - last >= SIGN_OF_LIFE_SECONDS:
                held.seek(said)
                line = held.readline()
                said, last = said + len(line), time.monotonic()
                yield line
        held.seek(said)
        while chunk := held.read(CHUNK):
            yield chunk
