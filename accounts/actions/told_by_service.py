"""A service's answer to a tool's call: whether it worked, the data, and in few words why not."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from authconfigs.catalogue.tool import Tool
from flowra.outbound import Answer
from flowra.redaction import without

# What is handed on of an answer, in bytes; a larger one is said to be too large.
MAX_ANSWER = 1_000_000
MAX_WORDS = 300
MAX_READ = 20_000
MAX_DEPTH = 100
_FELLOW = {"[": "]", "{": "}"}
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Told:
    """`data` is the parsed body: JSON as it is, other text as text, None for none. `error` is None when it worked.

    `refused`: the service said that the credential is no longer good. `is_nonsense`: it said that all is well, in what it
    calls JSON and is none.
    """

    status: int
    data: Any = field(repr=False)
    error: str | None
    refused: bool = False
    is_nonsense: bool = False

    @property
    def successful(self) -> bool:
        """Whether the service did it."""
        return self.error is None


def told_by_service(tool: Tool, service: str, answer: Answer, *, sent: Collection[str] = ()) -> Told:
    """`service` is the toolkit's name, for the error's words; `sent` are the secrets that it was sent and may repeat."""
    status = answer.status
    if len(answer.content) > MAX_ANSWER:
        error = (
            f"{service} answered with status {status} and {len(answer.content)} bytes; more than {MAX_ANSWER} are not "
            "handed on. Ask for less."
        )
        return Told(status, None, error, status == 401)
    data, is_json = _parsed(answer)
    words = _words(tool, data, sent)
    if not 200 <= status < 300:
        error = f"{service} answered with status {status}" + (f": {words}" if words else ".")
        return Told(status, data, error, status == 401)
    if not is_json and "json" in answer.headers.get("content-type", "").lower():
        error = f"{service} answered with status {status} and what is no JSON. Whether it did anything is not known."
        return Told(status, data, error, is_nonsense=True)
    if tool.answer.ok_field is not None and not (
        isinstance(data, Mapping) and data.get(tool.answer.ok_field) is True
    ):
        error = f"{service} answered with status {status}, and that it did not work" + (
            f": {words}" if words else "."
        )
        return Told(status, data, error, words in tool.answer.refused)
    return Told(status, data, None)


def _parsed(answer: Answer) -> tuple[Any, bool]:
    """The data, and whether the body is JSON, or nothing."""
    if not answer.content:
        return None, True
    try:
        parsed = json.loads(answer.text)
    except ValueError:
        return answer.text, False
    except RecursionError:
        # How deep Python reads depends on how deep it stands itself: it is text in any case, and JSON where it is whole.
        return answer.text, _closes_what_it_opens(answer.text)
    return (parsed if _depth(parsed) <= MAX_DEPTH else answer.text), True


def _closes_what_it_opens(text: str) -> bool:
    """Whether each bracket outside of strings has its fellow."""
    opened: list[str] = []
    for each in _BRACKETS.finditer(text):
        bracket = each[0]
        if bracket in _FELLOW:
            opened.append(_FELLOW[bracket])
        elif not bracket.startswith('"') and (not opened or opened.pop() != bracket):
            return False
    return not opened


def _depth(value: Any) -> int:
    """How deep it is nested, counted no further than needed."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


def _words(tool: Tool, data: Any, sent: Collection[str]) -> str:
    """The service's own, in one line, without what looks like a secret."""
    for path in tool.answer.error:
        value = data
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str) and value.strip():
            line = " ".join("".join(each if each.isprintable() else " " for each in value).split())
            return without(line[:MAX_READ], sent)[:MAX_WORDS]
    return ""
