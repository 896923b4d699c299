"""How large a picture is, told from its head: pictures as a browser writes them, and what only begins like one."""

from __future__ import annotations

import base64
import struct

import pytest

from flowra.picture_size import picture_size

# 24 by 16 pixels each, from a canvas.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAYAAAAMJL+VAAAAMklEQVR4AezSwQkAAAhCUZEGb/RG8CRdftAtEh7anq2uyuPy"
    "fxEQhSGCKArEA1r0T3QAAAD//1q/Qi0AAAAGSURBVAMAQVUM4YQFJY8AAAAASUVORK5CYII="
)
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////"
    "////////////////////////2wBDAVVaWnhpeOuCguv/////////////////////////////////////////////////////"
    "////////////////////wAARCAAQABgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAA"
    "AAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAME/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AkAm2AAP/"
    "2Q=="
)
WEBP_LOSSY = base64.b64decode(
    "UklGRkAAAABXRUJQVlA4IDQAAADQAgCdASoYABAAP3Ggxli0q6ejsAgCkC4JQBWABaSAAP7guXlkYixV/8EF+IP1BqdVSAAA"
)
WEBP_LOSSLESS = base64.b64decode("UklGRhwAAABXRUJQVlA4TA8AAAAvF8ADAAcQ/Y/+ByKi/wEA")
WEBP_EXTENDED = base64.b64decode("UklGRi4AAABXRUJQVlA4WAoAAAAAAAAAFwAADwAAVlA4TA8AAAAvF8ADAAcQ/Y/+ByKi/wEA")
ALL = {"png": PNG, "jpeg": JPEG, "lossy": WEBP_LOSSY, "lossless": WEBP_LOSSLESS, "extended": WEBP_EXTENDED}


@pytest.mark.parametrize("picture", ALL.values(), ids=ALL)
def test_a_pictures_size_is_read(picture: bytes) -> None:
    assert picture_size(picture) == (24, 16)


@pytest.mark.parametrize("picture", ALL.values(), ids=ALL)
def test_what_only_begins_like_a_picture_has_none(picture: bytes) -> None:
    for length in (0, 4, 8, 12, 16, 20):
        assert picture_size(picture[:length]) is None
        assert picture_size(picture[:12] + bytes(length)) is None


def test_a_png_that_claims_to_be_vast_is_taken_at_its_word() -> None:
    assert picture_size(PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:]) == (60_000, 60_000)
