"""How large a picture is, from its head alone: nothing is unpacked, so that none can fill the memory by being unpacked."""

from __future__ import annotations

import struct

# ISO/IEC 10918-1, B.1.1.3: the frame's head, of every kind but those that are tables (C4, C8, CC).
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def picture_size(picture: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG or WebP; None for what is none of them, or is not whole."""
    try:
        if picture.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(picture)
        if picture.startswith(b"\xff\xd8\xff"):
            return _jpeg(picture)
        if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
            return _webp(picture)
    except (struct.error, IndexError):
        pass
    return None


def _png(picture: bytes) -> tuple[int, int] | None:
    """PNG, third edition, 11.2.1: IHDR is first; 11.2.4: IEND is last."""
    if picture[12:16] != b"IHDR" or b"IEND" not in picture[-64:]:
        return None
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def _jpeg(picture: bytes) -> tuple[int, int] | None:
    at = 2
    while True:
        while picture[at] != 0xFF:
            at += 1
        while picture[at] == 0xFF:
            at += 1
        marker = picture[at]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", picture[at + 4 : at + 8])
            return width, height
        if marker in (0xD9, 0xDA):
            return None
        (length,) = struct.unpack(">H", picture[at + 1 : at + 3])
        at += 1 + max(length, 2)


def _webp(picture: bytes) -> tuple[int, int] | None:
    """RFC 9649, 2.5 to 2.7."""
    (whole,) = struct.unpack("<I", picture[4:8])
    if len(picture) < whole + 8:
        return None
    kind, data = picture[12:16], picture[20:30]
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L" and data[0] == 0x2F:
        (bits,) = struct.unpack("<I", data[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None
