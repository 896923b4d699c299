"""What is kept for support only, and only for a time."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import (
    AccountUse,
    ConnectedAccount,
    LinkSession,
    LinkState,
    PortalSession,
    RevocationOutcome,
    RevocationRun,
    RevocationRunItem,
    ToolExecution,
)

KEPT = timedelta(days=30)
USES_KEPT = timedelta(days=90)
BATCH = 500


def prune_deleted_accounts() -> None:
    """Removes accounts that were deleted 30 days ago, once their revocation is over; the trail stays."""
    old = ConnectedAccount.objects.filter(deleted_at__lt=timezone.now() - KEPT).exclude(
        revocation__outcome__in=(RevocationOutcome.PENDING, RevocationOutcome.FAILING)
    )
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        ConnectedAccount.objects.filter(pk__in=keys).delete()


def prune_ended_links() -> None:
    """Removes links that ended 30 days ago: until then they answer "used" or "run out", after that "unknown"."""
    old = LinkSession.objects.filter(
        state__in=(LinkState.DONE, LinkState.FAILED), expires_at__lt=timezone.now() - KEPT
    )
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        LinkSession.objects.filter(pk__in=keys).delete()


def prune_old_executions() -> None:
    """Removes what tools did more than FLOWRA_EXECUTION_LOG_DAYS ago."""
    kept = timedelta(days=settings.FLOWRA_EXECUTION_LOG_DAYS)
    old = ToolExecution.objects.filter(created_at__lt=timezone.now() - kept)
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        ToolExecution.objects.filter(pk__in=keys).delete()


def prune_portal_sessions() -> None:
    """Removes portals that ran out 30 days ago: until then they answer "run out", after that "unknown"."""
    old = PortalSession.objects.filter(expires_at__lt=timezone.now() - KEPT)
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        PortalSession.objects.filter(pk__in=keys).delete()


def prune_old_uses() -> None:
    """Removes by whom accounts were used more than 90 days ago."""
    old = AccountUse.objects.filter(day__lt=(timezone.now() - USES_KEPT).date())
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        AccountUse.objects.filter(pk__in=keys).delete()


def prune_old_runs() -> None:
    """Removes what became of each account of a run that was over 30 days ago, and the run; the trail stays."""
    old = RevocationRun.objects.filter(finished_at__lt=timezone.now() - KEPT)
    for run_id in old.values_list("pk", flat=True):
        items = RevocationRunItem.objects.filter(run_id=run_id)
        while keys := list(items.values_list("pk", flat=True)[:BATCH]):
            items.filter(pk__in=keys).delete()
        old.filter(pk=run_id).delete()
