"""A notice to a project's owner, or to somebody who is invited, sent by mail by the worker."""

from __future__ import annotations

from django.db import models

from flowra.due.row import DueRow
from flowra.public_ids import MAX_LENGTH, new_id

from .membership import Invitation
from .project import Project

MAX_SUBJECT = 200


def _new_id() -> str:
    return new_id("nt")


class Notice(DueRow):
    """`due_at` null: finished. Whom it is sent to is found out when it is sent; `outcome` is for people.

    With an `invitation` it goes to who is invited, and its text is made then as well: it has a link that is not stored.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="+", null=True)
    subject = models.CharField(max_length=MAX_SUBJECT)
    text = models.TextField()
    outcome = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="notice_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.subject
