"""The app's logo: small enough for the page that it stands on, and for the browser that unfolds it."""

from __future__ import annotations

import struct

import pytest

from flowra.actions.set_project_logo import MAX_BYTES, checked_logo
from flowra.errors import InvalidInput
from tests.flowra.test_picture_size import ALL, PNG


def png(width: int, height: int) -> bytes:
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


@pytest.mark.parametrize("picture", ALL.values(), ids=ALL)
def test_a_whole_picture_is_what_its_first_bytes_say(picture: bytes) -> None:
    assert checked_logo(picture) in ("image/png", "image/jpeg", "image/webp")


@pytest.mark.parametrize("sides", [(16_000, 20), (20, 16_000)])
def test_a_picture_that_a_browser_could_not_unfold_is_refused(sides: tuple[int, int]) -> None:
    assert checked_logo(png(2000, 2000)) == "image/png"
    with pytest.raises(InvalidInput) as refused:
        checked_logo(png(*sides))
    assert f"2000 pixels wide and high; it is {sides[0]} by {sides[1]}" in refused.value.message


def test_it_weighs_no_more_than_its_page_may() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_logo(PNG + b"0" * MAX_BYTES)
    assert "at most 30 kB" in refused.value.message
