"""A project's own tool: the contract's JSON as it was checked, read into the same dataclasses as the catalogue's."""

from __future__ import annotations

from typing import Any

from django.db import models

from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id


def _new_id() -> str:
    return new_id("to")


class ProjectTool(models.Model):
    """`definition` is the checked definition; `slug` is the project's own, never one of the catalogue's.

    The toolkit is named as an auth config names it: the project's own of that slug, else the catalogue's.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tools")
    toolkit_slug = models.CharField("toolkit", max_length=50)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    definition: models.JSONField[Any, Any] = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "project's own tool"
        verbose_name_plural = "projects' own tools"
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="one_tool_per_slug")]

    def __str__(self) -> str:
        return self.name
