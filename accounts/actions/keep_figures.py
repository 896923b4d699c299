"""The health page's figures: shown as they were counted last, counted anew by a worker when somebody looks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.actions.count_figures import count_figures
from accounts.models import DashboardFigures
from flowra.due.clock import lease_clock
from flowra.due.row import claim_one, settle
from flowra.fault_points import fault_point
from flowra.models import Project

FRESH_FOR = timedelta(seconds=15)
LEASE = timedelta(seconds=60)


def figures_of(project: Project, *, at_once: bool = False) -> DashboardFigures:
    """The figures as they stand. `computed_at` None: somebody else is counting them for the first time.

    The first look at a project counts them itself, and so does `at_once`, unless somebody is at it. When they are no
    longer fresh, one conditional update makes them due for the worker, and nobody waits.
    """
    row = DashboardFigures.objects.filter(pk=project.pk).first()
    if row is None:
        DashboardFigures.objects.bulk_create([DashboardFigures(project=project)], ignore_conflicts=True)
        row = DashboardFigures.objects.get(pk=project.pk)
    # Of what nobody has counted since it was read here: then `attempts` is another.
    as_read = DashboardFigures.objects.filter(pk=project.pk, due_at__isnull=True, attempts=row.attempts)
    if row.computed_at is None or at_once:
        as_read.update(due_at=lease_clock())
        claimed = claim_one(DashboardFigures, project.pk, lease=LEASE)
        if claimed is not None:
            count_anew(claimed)
        return DashboardFigures.objects.get(pk=project.pk)
    now = timezone.now()
    if row.due_at is None and row.computed_at <= now - FRESH_FOR:
        as_read.update(due_at=now)
        row.due_at = now
    return row


def count_anew(row: DashboardFigures) -> None:
    """Acts on a leased row: counts, and stores what was found as of when counting began."""
    began = timezone.now()
    figures = count_figures(row.pk)
    fault_point("figures.counted")
    settle(row, due_at=None, figures=figures, computed_at=began)
