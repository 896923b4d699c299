"""A project's own toolkit: the contract's JSON as it was given, read into the same dataclasses as the catalogue's."""

from __future__ import annotations

from typing import Any

from django.db import models

from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id


def _new_id() -> str:
    return new_id("tk")


class ProjectToolkit(models.Model):
    """`definition` is the checked definition, with what discovery added; `slug` is the project's own, never a global one."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="toolkits")
    slug = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    definition: models.JSONField[Any, Any] = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "project's own toolkit"
        verbose_name_plural = "projects' own toolkits"
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="one_toolkit_per_slug")]

    def __str__(self) -> str:
        return self.name
