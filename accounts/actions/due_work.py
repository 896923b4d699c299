"""What falls due on this floor, for the worker."""

from __future__ import annotations

from datetime import timedelta

from accounts.actions.expire_link import expire_link
from accounts.actions.prune import prune_deleted_accounts, prune_ended_links
from accounts.actions.tell_provider import tell_provider
from accounts.models import LinkSession, Revocation
from flowra.due.kinds import Chore, DueKind, register_chore, register_kind


def register() -> None:
    """Called once when the app is ready."""
    # A lease outlives what its act may take: two calls to a service of 15 s each, and the outcome.
    register_kind("link", DueKind(LinkSession, expire_link, lease=timedelta(seconds=30)))
    register_kind("revocation", DueKind(Revocation, tell_provider, lease=timedelta(seconds=90)))
    register_chore("deleted_accounts", Chore(prune_deleted_accounts, every=timedelta(hours=6)))
    register_chore("ended_links", Chore(prune_ended_links, every=timedelta(hours=6)))
