"""The trail: who did what to what, when and why. Rows are only ever added, and pruned when they are old."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from flowra.public_ids import MAX_LENGTH, new_id

from .project import Project

# What is counted by day: the accounts that came and those that went. The index has these alone, for most of a trail is
# renewals; a query that names exactly these uses it.
COMINGS_AND_GOINGS = (
    "account.connected",
    "account.reconnected",
    "account.expired",
    "account.deleted",
)


def _new_id() -> str:
    return new_id("ev")


class AppendOnly(Exception):
    """The trail is not rewritten."""


class EventQuerySet(models.QuerySet["Event"]):
    """Adds and reads, nothing else."""

    def update(self, **_: Any) -> NoReturn:
        raise AppendOnly("Events are not changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Events are not deleted.")


class Event(models.Model):
    """`subject` is a kind and a public id, never a foreign key: upper floors' things are named, not known."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", null=True)
    type = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=255, blank=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=MAX_LENGTH)
    reason = models.TextField(blank=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-at", "-id"], name="event_of_subject"),
            models.Index(fields=["project", "-at", "-id"], name="event_of_project"),
            models.Index(
                fields=["project", "at", "type"],
                name="event_by_day",
                condition=models.Q(type__in=COMINGS_AND_GOINGS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts; an event that exists raises AppendOnly."""
        if not self._state.adding:
            raise AppendOnly("Events are not changed.")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly("Events are not deleted.")
