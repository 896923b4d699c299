"""`Retry-After` in both of its forms."""

from __future__ import annotations

import pytest

from flowra.retry_after import retry_after_in


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 400, 86_400),
        ("Mon, 23 Nov 2020 12:01:00 GMT", 0),
        ("Mon, 23 Nov 2099 12:01:00 GMT", 86_400),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Mon, 99 Nov 2026 12:01:00 GMT", None),
        ("Mon, 23 Nov 99999999 12:01:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_of_its_forms(text: str, meant: int | None) -> None:
    assert retry_after_in(text) == meant
