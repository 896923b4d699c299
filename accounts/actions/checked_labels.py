"""Labels as an app gives them: which will do."""

from __future__ import annotations

from collections.abc import Sequence

from flowra.errors import InvalidInput

MAX_LABELS = 20
MAX_LENGTH = 100


def checked_labels(labels: Sequence[str], *, named: str = "labels") -> list[str]:
    """The labels without blanks around them, each once. Raises InvalidInput naming `named`.

    No comma: the list's `labels` filter is separated by commas, and such a label could never be found.
    """
    found = list(dict.fromkeys(label.strip() for label in labels))
    if len(found) > MAX_LABELS:
        raise InvalidInput.field(named, f"may be at most {MAX_LABELS}")
    for label in found:
        if not 1 <= len(label) <= MAX_LENGTH:
            raise InvalidInput.field(named, f"each must have 1 to {MAX_LENGTH} characters")
        if "," in label:
            raise InvalidInput.field(
                named, "may not hold a comma: the filter by labels is separated by commas"
            )
    return found
