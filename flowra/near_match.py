"""What somebody who mistyped a name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near_match(name: str, known: Iterable[str], *, or_all: bool = True) -> str:
    """` Did you mean "limit"?`, or else (with `or_all`) what there is to choose from, or nothing."""
    names = list(known)
    by_lower = {each.lower(): each for each in names}
    near = difflib.get_close_matches(name.lower()[:100], by_lower, n=1, cutoff=0.6)
    if near:
        return f' Did you mean "{by_lower[near[0]]}"?'
    return f" Known are: {', '.join(names)}." if names and or_all else ""
