"""The regular expressions of a tool's schema: a plain row of characters and classes, for which the search cannot run away.

There are no groups, alternatives or lookarounds, so what a search costs grows no faster than the text's length to the power
of `variable_parts`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from .strict import Fault

MAX_PATTERN: Final = 200
# Parts whose length varies: a, + and one more, as in an e-mail address. tool_validator.py bounds what they cost.
MAX_VARIABLE: Final = 3
# One part of a pattern: a class, an escape or a character, and how often it stands there.
_PART = re.compile(
    r"(?:\[\^?\]?(?:\\.|[^\]\\\[])*\]|\\[dDwWsS.\\/+*?()\[\]{}|^$\-@#&_:]|\.|[^\\\[\](){}|*+?.^$])"
    r"(?P<often>\*|\+|\?|\{[0-9]{1,3}\}|\{[0-9]{1,3},[0-9]{0,3}\})?"
)


def check_pattern(pattern: Any, key: str) -> None:
    """Raises Fault unless it is a row of characters and classes, of which few vary in length."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        raise Fault(key, f"must be a text of at most {MAX_PATTERN} characters")
    variable = variable_parts(pattern)
    if variable is None:
        raise Fault(
            key,
            "must be a row of characters and classes, with ^ at the beginning, $ at the end and * + ? {1,3} after "
            "any of them: no groups, no alternatives",
        )
    if variable > MAX_VARIABLE:
        raise Fault(
            key, f"may have at most {MAX_VARIABLE} parts of varying length; without ^ in front, that is one"
        )
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise Fault(key, f"is no regular expression: {error}") from error


@lru_cache(maxsize=1024)
def variable_parts(pattern: str) -> int | None:
    """How many of its parts vary in length; None for a pattern that is no plain row."""
    row = pattern.removeprefix("^")
    if not row.endswith("\\$"):
        row = row.removesuffix("$")
    # A search that may begin anywhere varies in where it begins.
    variable = 0 if pattern.startswith("^") else 1
    at = 0
    while at < len(row):
        part = _PART.match(row, at)
        if part is None:
            return None
        variable += part["often"] is not None and not re.fullmatch(r"\{[0-9]+\}", part["often"])
        at = part.end()
    return variable
