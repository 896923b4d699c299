"""The picture by which people know the app on the connect page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.errors import InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project

MAX_BYTES = 100_000


def set_project_logo(project: Project, actor: Actor, picture: bytes | None) -> None:
    """Stores a PNG, JPEG or WebP of at most 100 kB, or takes the picture away, with the event.

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
        raise InvalidInput.field("logo", f"may be at most {MAX_BYTES // 1000} kB")
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    raise InvalidInput.field("logo", "must be a PNG, a JPEG or a WebP picture")
