"""Telling a project's owner: a notice, written with what it is about and mailed afterwards."""

from __future__ import annotations

from django.utils import timezone

from flowra.models import Notice
from flowra.models.notice import MAX_SUBJECT


def tell_owner(project_id: str, subject: str, text: str) -> Notice:
    """Writes a notice in the caller's transaction; the worker mails it, at least once, if anybody can be written to.

    `subject` becomes one line of at most 200 characters. Neither may hold a secret: mail is read by others on its way.
    """
    now = timezone.now()
    return Notice.objects.create(
        project_id=project_id,
        subject=one_line(subject),
        text=text,
        created_at=now,
        due_at=now,
    )


def one_line(subject: str) -> str:
    """A subject as a mail can have it: one line of at most 200 characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in subject).split())
    return line if len(line) <= MAX_SUBJECT else f"{line[: MAX_SUBJECT - 1]}…"
