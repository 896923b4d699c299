"""The picture by which people know the app on the connect page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.errors import InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project
from flowra.picture_size import picture_size

# It is shown 56 pixels wide, on a page that weighs 50 kB at most with it.
MAX_BYTES = 30_000
# A few bytes can unpack to a picture that no phone has the memory for.
MOST_PIXELS = 2_000
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


def set_project_logo(project: Project, actor: Actor, picture: bytes | None) -> None:
    """Stores a PNG, JPEG or WebP of at most 30 kB and 2000 pixels a side, or takes the picture away, with the event.

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
    kind = next((kind for begins, kind in _KINDS if picture.startswith(begins)), None)
    if kind is None or (kind == "image/webp" and picture[8:12] != b"WEBP"):
        raise InvalidInput.field("logo", "must be a PNG, a JPEG or a WebP picture")
    size = picture_size(picture)
    if size is None or 0 in size:
        raise InvalidInput.field("logo", "is not a whole picture; save it anew, then choose it again")
    if max(size) > MOST_PIXELS:
        raise InvalidInput.field(
            "logo", f"may be at most {MOST_PIXELS} pixels wide and high; it is {size[0]} by {size[1]}"
        )
    return kind
