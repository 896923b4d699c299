"""An app's own user, by the name that the app gave."""

from __future__ import annotations

from django.db import models

from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id

DEFAULT_USER_NAME = "project_default_user"


def _new_id() -> str:
    return new_id("eu")


class ExternalUser(models.Model):
    """Created at first use. An inactive one cannot be acted as; the default one cannot be made inactive."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="external_users")
    name = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_user_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_default(self) -> bool:
        """Whether it stands for the project itself, where no user was named."""
        return self.name == DEFAULT_USER_NAME
