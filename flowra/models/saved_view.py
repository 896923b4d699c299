"""A list's filters under a name, so that they need not be put together each time."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .project import Project


class SavedView(models.Model):
    """`query` is the list's query string without its leading `?`. A shared one is everybody's in the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="saved_views")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2_000, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
