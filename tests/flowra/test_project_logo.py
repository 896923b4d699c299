"""The app's logo: small enough for the page that it stands on, and for the browser that unfolds it."""

from __future__ import annotations

import struct

import pytest

from flowra.actions.set_project_logo import MAX_BYTES, checked_logo
from flowra.errors import InvalidInput


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def jpeg(width: int, height: int) -> bytes:
    header = b"\xff\xe0" + struct.pack(">H", 4) + b"JF"
    return b"\xff\xd8" + header + b"\xff\xc2" + struct.pack(">HBHHB", 8, 8, height, width, 0)


def webp(width: int, height: int) -> bytes:
    sides = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + sides


def extended_webp(width: int, height: int) -> bytes:
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + sides


@pytest.mark.parametrize("picture", [png, jpeg, webp, extended_webp])
def test_a_picture_that_a_browser_could_not_unfold_is_refused(picture: object) -> None:
    assert callable(picture)
    assert checked_logo(picture(168, 168)).startswith("image/")
    for sides in ((16_000, 20), (20, 16_000)):
        with pytest.raises(InvalidInput) as refused:
            checked_logo(picture(*sides))
        assert "2048 pixels" in refused.value.message


def test_a_picture_that_is_cut_off_in_its_header_is_still_read() -> None:
    for end in range(3, 24):
        assert checked_logo(jpeg(168, 168)[:end]) == "image/jpeg"


def test_it_weighs_no_more_than_its_page_may() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_logo(png(168, 168) + b"0" * MAX_BYTES)
    assert "at most 30 kB" in refused.value.message
