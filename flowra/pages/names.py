"""Names as pages show them."""

from __future__ import annotations


def cut_in_the_middle(text: str, longest: int = 36) -> str:
    """A long name with both its ends, which tell it from its like."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
