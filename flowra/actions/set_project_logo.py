"""The picture by which people know the app on the connect page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.errors import InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project

# It is shown 56 pixels wide, on a page that weighs 50 kB at most with it.
MAX_BYTES = 30_000
# A few bytes of it may unfold into gigabytes in a browser.
MAX_SIDE = 2_048


def set_project_logo(project: Project, actor: Actor, picture: bytes | None) -> None:
    """Stores a PNG, JPEG or WebP of at most 30 kB, or takes the picture away, with the event.

    Raises InvalidInput naming `logo`.
    """
    kind = checked_logo(picture) if picture is not None else ""
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(logo=picture, logo_type=kind, updated_at=timezone.now())
        record(
            EventType.PROJECT_UPDATED,
            project_id=project.pk,
            subject=("project", project.pk),
            actor=actor,
            data={"logo": kind or "removed"},
        )
    project.logo, project.logo_type = picture, kind


def checked_logo(picture: bytes) -> str:
    """Its media type by its first bytes, whatever it calls itself: a browser shows it as that and as nothing else."""
    if len(picture) > MAX_BYTES:
        raise InvalidInput.field("logo", f"may be at most {MAX_BYTES // 1000} kB: it is shown 56 pixels wide")
    if max(_sides(picture)) > MAX_SIDE:
        raise InvalidInput.field("logo", f"may be at most {MAX_SIDE} pixels wide and high")
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    raise InvalidInput.field("logo", "must be a PNG, a JPEG or a WebP picture")


def _sides(picture: bytes) -> tuple[int, int]:
    """Width and height in pixels by its header, (0, 0) where that does not say: https://www.w3.org/TR/png-3/#11IHDR,
    RFC 9649, 2, and ITU-T T.81, B.2.2.
    """
    if picture.startswith(b"\xff\xd8"):
        return _sides_of_jpeg(picture)
    match picture[12:16]:
        case b"IHDR":
            return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
        case b"VP8X":
            return int.from_bytes(picture[24:27], "little") + 1, int.from_bytes(picture[27:30], "little") + 1
        case b"VP8L":
            both = int.from_bytes(picture[21:25], "little")
            return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
        case _other:
            return 0, 0


def _sides_of_jpeg(picture: bytes) -> tuple[int, int]:
    at = 2
    while picture[at : at + 1] == b"\xff" and at + 9 <= len(picture):
        marker = picture[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(picture[at + 7 : at + 9], "big"), int.from_bytes(
                picture[at + 5 : at + 7], "big"
            )
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    return 0, 0
