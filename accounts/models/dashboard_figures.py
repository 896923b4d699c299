"""What a project's health page shows, counted beforehand: a page is as fast for many accounts as for few."""

from __future__ import annotations

from typing import Any

from django.db import models

from flowra.due.row import DueRow
from flowra.models import Project


class DashboardFigures(DueRow):
    """One row a project. `figures` is what `count_figures` answered at `computed_at`, null until it was first counted.

    `due_at` is set by whoever looks at figures that are no longer fresh; a worker counts them anew.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    figures: models.JSONField[Any, Any] = models.JSONField(default=dict)
    computed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="figures_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"figures of {self.project_id}"
