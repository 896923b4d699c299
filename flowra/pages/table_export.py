"""A list as a file: CSV for spreadsheets, NDJSON for programs, made while it is sent."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from flowra.api.ndjson import CHUNK, NDJSON_TYPE
from flowra.api.rendering import dumps

A_READ = 1000
# With one of these a spreadsheet takes a cell for a formula, and does what it says:
# https://owasp.org/www-community/attacks/CSV_Injection (the wide signs are those of Japanese keyboards).
_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# What stands before a cell's text and is not seen.
_UNSEEN = " \u00a0\u200b\ufeff"
# Where the comma is for decimals, spreadsheets part cells at semicolons, inside quotes that are not at a cell's beginning too.
_INNER = re.compile(r"([;\t])(?=\s*[=+\-@＝＋－＠])")

Row = TypeVar("Row", bound=Model)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """A CSV file (RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read it as such) to be stored."""
    return _file(name, "csv", "text/csv; charset=utf-8", _csv_lines(columns, rows))


def ndjson_file(name: str, rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """One JSON object a line, to be stored."""
    return _file(name, "ndjson", NDJSON_TYPE, (dumps(row) + b"\n" for row in rows))


def in_reads(found: QuerySet[Row], size: int = A_READ) -> Iterator[Row]:
    """All of a list, newest first, so many a query, each beginning where the last one ended: what is added meanwhile is
    not in it, nothing is in it twice. Its ids sort by the time they were made.
    """
    found = found.order_by("-pk")
    part = list(found[:size])
    while part:
        yield from part
        part = list(found.filter(pk__lt=part[-1].pk)[:size])


def guarded(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(_UNSEEN).startswith(_FORMULAS) else text


def _csv_lines(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + str(writer.writerow(columns)).encode()
    for row in rows:
        yield str(writer.writerow([guarded(cell) for cell in row])).encode()


def _in_chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Each write to the network costs as much as making many lines."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _file(name: str, ending: str, type: str, content: Iterator[bytes]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_in_chunks(content), content_type=type)
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{name}-{timezone.now():%Y-%m-%d-%H%M}.{ending}"'
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
