"""What falls due on this floor, for the worker."""

from __future__ import annotations

from datetime import timedelta

from accounts.actions.claim_renewals import claim_renewals
from accounts.models import Credential, DashboardFigures, LinkSession, Revocation, RevocationRun
from flowra.due.kinds import Chore, DueKind, at_first_use, register_chore, register_kind


def register() -> None:
    """Called once when the app is ready."""
    # A lease outlives what its act may take: two calls to a service of 15 s each, and the outcome.
    register_kind(
        "link",
        DueKind(
            LinkSession, at_first_use("accounts.actions.expire_link.expire_link"), lease=timedelta(seconds=30)
        ),
    )
    register_kind(
        "revocation",
        DueKind(
            Revocation,
            at_first_use("accounts.actions.tell_provider.tell_provider"),
            lease=timedelta(seconds=90),
        ),
    )
    register_kind(
        "credential",
        DueKind(
            Credential,
            at_first_use("accounts.actions.keep_alive.keep_alive"),
            lease=timedelta(seconds=20),
            claim=claim_renewals,
            share=0.75,
        ),
    )
    # Counting the accounts of many projects leaves most threads to what people wait for.
    register_kind(
        "figures",
        DueKind(
            DashboardFigures,
            at_first_use("accounts.actions.keep_figures.count_anew"),
            lease=timedelta(seconds=60),
            share=0.25,
        ),
    )
    register_kind(
        "revocation_run",
        DueKind(
            RevocationRun,
            at_first_use("accounts.actions.revoke_many.go_on"),
            lease=timedelta(seconds=60),
            share=0.25,
        ),
    )
    register_chore(
        "deleted_accounts",
        Chore(at_first_use("accounts.actions.prune.prune_deleted_accounts"), every=timedelta(hours=6)),
    )
    register_chore(
        "ended_links",
        Chore(at_first_use("accounts.actions.prune.prune_ended_links"), every=timedelta(hours=6)),
    )
    register_chore(
        "old_executions",
        Chore(at_first_use("accounts.actions.prune.prune_old_executions"), every=timedelta(hours=6)),
    )
    register_chore(
        "portal_sessions",
        Chore(at_first_use("accounts.actions.prune.prune_portal_sessions"), every=timedelta(hours=6)),
    )
    register_chore(
        "old_runs",
        Chore(at_first_use("accounts.actions.prune.prune_old_runs"), every=timedelta(hours=6)),
    )
    register_chore(
        "old_uses",
        Chore(at_first_use("accounts.actions.prune.prune_old_uses"), every=timedelta(hours=6)),
    )
