"""Query parameters: each endpoint says which it knows, and all others are refused by name.

A mistyped filter must never widen a result, so nothing is ignored and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import QueryDict

from flowra.errors import FieldProblem, InvalidInput
from flowra.near_match import near_match

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What bytes that are no UTF-8 have become by the time that a view sees them.
_REPLACED = "\ufffd"
MAX_LISTED = 200
MAX_TEXT = 300
TRUE, FALSE = ("true", "1"), ("false", "0")


class Parameter(Protocol):
    """One parameter: how it is read from its values as sent, and how the schema describes it."""

    @property
    def name(self) -> str: ...

    @property
    def default(self) -> Any: ...

    @property
    def description(self) -> str: ...

    def read(self, given: list[str]) -> Any:
        """The value; raises ValueError with what is wrong, to be read after the parameter's name."""
        ...

    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        ...


def _single(given: list[str]) -> str:
    if len(given) > 1:
        raise ValueError("is given more than once")
    return given[0]


@dataclass(frozen=True, slots=True)
class Text:
    """One text. An empty search searches for nothing; where it would drop a filter, it `narrows` and may not be empty."""

    name: str
    description: str = ""
    max_length: int = MAX_TEXT
    default: Any = ""
    narrows: bool = False

    def read(self, given: list[str]) -> Any:
        text = _single(given)
        if len(text) > self.max_length:
            raise ValueError(f"may have at most {self.max_length} characters")
        if self.narrows and not text.strip():
            raise ValueError("may not be empty")
        return text or self.default

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds."""

    name: str
    least: int
    most: int
    default: int | None = None
    description: str = ""

    def read(self, given: list[str]) -> int:
        text = _single(given)
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return int(text)

    def schema(self) -> dict[str, Any]:
        known = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return known if self.default is None else {**known, "default": self.default}


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean in any case: `true`, `True`, `1`."""

    name: str
    default: bool | None = None
    description: str = ""

    def read(self, given: list[str]) -> bool:
        text = _single(given).lower()
        if text not in TRUE + FALSE:
            raise ValueError("must be true or false")
        return text in TRUE

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"} if self.default is None else {"type": "boolean", "default": self.default}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words, exactly."""

    name: str
    choices: tuple[str, ...]
    default: str | None = None
    description: str = ""

    def read(self, given: list[str]) -> str:
        return _chosen(_single(given), self.choices)

    def schema(self) -> dict[str, Any]:
        known: dict[str, Any] = {"type": "string", "enum": list(self.choices)}
        return known if self.default is None else {**known, "default": self.default}


@dataclass(frozen=True, slots=True)
class Texts:
    """Several texts, repeated or comma-separated, at least one; of `choices` where there are any. None when not given."""

    name: str
    choices: tuple[str, ...] = ()
    description: str = ""
    max_length: int = 255
    default: Any = None

    def read(self, given: list[str]) -> list[str]:
        texts = list(
            dict.fromkeys(part.strip() for each in given for part in each.split(",") if part.strip())
        )
        if not texts:
            raise ValueError("may not be empty")
        if len(texts) > MAX_LISTED:
            raise ValueError(f"may have at most {MAX_LISTED} values")
        for text in texts:
            if self.choices:
                _chosen(text, self.choices)
            elif len(text) > self.max_length:
                raise ValueError(f"each may have at most {self.max_length} characters")
        return texts

    def schema(self) -> dict[str, Any]:
        item: dict[str, Any] = {"type": "string"}
        if self.choices:
            item["enum"] = list(self.choices)
        return {"type": "array", "items": item}


class Query:
    """The parameters that one endpoint knows."""

    def __init__(self, *parameters: Parameter) -> None:
        self.parameters = {parameter.name: parameter for parameter in parameters}
        self._defaults = {parameter.name: parameter.default for parameter in parameters}

    def read(self, given: QueryDict) -> dict[str, Any]:
        """All values by name, defaults where not given; raises InvalidInput naming each parameter that is wrong."""
        values = dict(self._defaults)
        problems: list[FieldProblem] = []
        for name in given:
            parameter = self.parameters.get(name)
            if parameter is None:
                problems.append(FieldProblem(_shown(name), f"is unknown.{near_match(name, self.parameters)}"))
                continue
            texts = given.getlist(name)
            try:
                if any(_UNSTORABLE.search(text) or _REPLACED in text for text in texts):
                    raise ValueError("has a character that cannot be read")
                values[name] = parameter.read(texts)
            except ValueError as error:
                problems.append(FieldProblem(name, str(error)))
        if problems:
            raise InvalidInput.fields(problems)
        return values


NO_QUERY = Query()


def _chosen(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(f"must be one of {', '.join(choices)}.{near_match(text, choices, or_all=False)}")
    return text


def _shown(name: object) -> str:
    return str(name)[:100].encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
