"""A person's own page of connections, opened for one browser by a URL that their app made."""

from __future__ import annotations

from django.db import models

from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id

from .external_user import ExternalUser


def _new_id() -> str:
    return new_id("ps")


class PortalSession(models.Model):
    """Only hashes are stored, of the URL's token and of the browser's cookie: the browser that opens it first has it."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    external_user = models.ForeignKey(ExternalUser, on_delete=models.CASCADE, related_name="portal_sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    browser_hash = models.CharField(max_length=64, blank=True)
    locale = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="portal_session_over")]

    def __str__(self) -> str:
        return self.pk
