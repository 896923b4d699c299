"""JSON in, strictly, and JSON out, fast."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, NoReturn

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from flowra.errors import InvalidInput

MAX_DEPTH = 32
MAX_VALUES = 50_000
JSON_TYPE = "application/json"
# PostgreSQL cannot store NUL; a lone surrogate is no character and cannot be written as UTF-8 (RFC 8259, 8.2).
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def dumps(value: Any) -> bytes:
    """UTF-8 JSON without blanks. What orjson does not write (a number of more than 64 bits, a lone surrogate that some
    provider sent) is written by the standard library.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def json_answer(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer of the API; nobody on the way is to keep it."""
    response = HttpResponse(dumps(payload), content_type=JSON_TYPE, status=status, headers=headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, to the millisecond; `moment` is aware and in UTC, as the database gives it."""
    return None if moment is None else moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def strict_json(raw: bytes) -> dict[str, Any]:
    """The one JSON object in `raw`.

    Raises InvalidInput for what is no JSON (NaN is none), no object, deeper than MAX_DEPTH or of more than MAX_VALUES
    values, and naming the field for a name given twice and for characters that cannot be stored.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_no_name_twice,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        raise InvalidInput("The body is not UTF-8.", code="malformed_json") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        where = (
            f" at line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        raise InvalidInput(f"The body is no JSON{where}.", code="malformed_json") from error
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object.", code="malformed_json")
    _check(value)
    return value


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise InvalidInput.field(_shown(name), "is given twice")
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _check(root: dict[str, Any]) -> None:
    waiting: list[tuple[str, Any, int]] = [("", root, 1)]
    count = 0
    while waiting:
        path, value, depth = waiting.pop()
        count += 1
        if count > MAX_VALUES:
            raise InvalidInput("The body has too many values.", code="malformed_json")
        if isinstance(value, str):
            if _UNSTORABLE.search(value):
                raise InvalidInput.field(path, "has a character that cannot be stored")
        elif isinstance(value, dict):
            if depth > MAX_DEPTH:
                raise _too_deep()
            for name, item in value.items():
                here = f"{path}.{_shown(name)}" if path else _shown(name)
                if _UNSTORABLE.search(name):
                    raise InvalidInput.field(here, "has a character that cannot be stored in its name")
                waiting.append((here, item, depth + 1))
        elif isinstance(value, list):
            if depth > MAX_DEPTH:
                raise _too_deep()
            waiting.extend((f"{path}.{index}", item, depth + 1) for index, item in enumerate(value))


def _shown(name: str) -> str:
    """A name that can stand in an error: what cannot be stored is escaped."""
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", name[:100])


def _too_deep() -> InvalidInput:
    return InvalidInput("The body is nested too deeply.", code="malformed_json")


class StrictJSONParser(BaseParser):
    """DRF's door to `strict_json`."""

    media_type = JSON_TYPE

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The body as a dict; raises InvalidInput, and RequestDataTooBig before all of it is read."""
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise RequestDataTooBig
        return strict_json(raw)


class JSONRenderer(BaseRenderer):
    """DRF's door to `dumps`: the only thing the API speaks."""

    media_type = JSON_TYPE
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """`data` as UTF-8 JSON."""
        return dumps(data)
