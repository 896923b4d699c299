"""Names as pages show them."""

from __future__ import annotations

import unicodedata


def cut_in_the_middle(text: str, longest: int = 36) -> str:
    """A long name with both its ends, which tell it from its like."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def apart(name: str) -> str:
    """A name that reads from right to left, set apart so that it turns nothing around it (Unicode's UAX 9, 2.4)."""
    turns = any(unicodedata.bidirectional(each) in ("R", "AL") for each in name)
    return f"\u2068{name}\u2069" if turns else name
