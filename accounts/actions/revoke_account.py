"""Deleting and revoking are one deed: unusable at once, and the service is told by the worker."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import ConnectedAccount, LinkSession, LinkState, Revocation
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.schemes import scheme_named
from flowra.encryption import sealed_for
from flowra.errors import FlowraError
from flowra.events.names import EventType
from flowra.events.record import Actor, record

UNFINISHED = (LinkState.OPEN, LinkState.STARTED, LinkState.PARKED)


def revoke_account(account: ConnectedAccount, actor: Actor, reason: str = "") -> Revocation:
    """In one transaction: the account is deleted, its open links are over, the event and the due revocation are there.

    Doing it again changes nothing and answers the first one's revocation.
    """
    now = timezone.now()
    with transaction.atomic():
        deleted = ConnectedAccount.objects.filter(pk=account.pk, deleted_at__isnull=True).update(
            deleted_at=now, updated_at=now
        )
        if not deleted:
            return Revocation.objects.get(account_id=account.pk)
        for link in LinkSession.objects.filter(account_id=account.pk, state__in=UNFINISHED).only("pk"):
            LinkSession.objects.filter(pk=link.pk, state__in=UNFINISHED).update(
                state=LinkState.FAILED,
                end="account_deleted",
                due_at=None,
                attempt=sealed_for(LinkSession, "attempt", link.pk, {}),
                prefilled=sealed_for(LinkSession, "prefilled", link.pk, {}),
            )
        revocation = Revocation.objects.create(account_id=account.pk, created_at=now, due_at=now)
        record(
            EventType.ACCOUNT_DELETED,
            project_id=account.project_id,
            subject=("account", account.pk),
            actor=actor,
            reason=reason,
        )
    account.deleted_at = account.updated_at = now
    return revocation


def what_will_happen(account: ConnectedAccount) -> str:
    """What revoking this account does, in words for the person who is about to do it."""
    project = account.project
    stops = f"What {project.name} does with it stops at once."
    again = "This can't be undone; they can connect again."
    try:
        toolkit = toolkit_for(project, account.toolkit_slug)
    except FlowraError:
        return f"{stops} Its service is no longer known here, so it can't be told. {again}"
    if not account.secret_names:
        return f"{stops} Nothing is stored that {toolkit.name} would have to take back. {again}"
    if not scheme_named(account.auth_config.auth_scheme).needs_redirect:
        where = f" It has to be deleted there: {toolkit.revoke_page}" if toolkit.revoke_page else ""
        return f"{stops} Flowra forgets the key, but {toolkit.name} goes on accepting it.{where} {again}"
    if toolkit.oauth2 is None or toolkit.oauth2.revoke is None:
        where = f" The person can do it there: {toolkit.revoke_page}" if toolkit.revoke_page else ""
        return f"{stops} {toolkit.name} can't be told to forget the grant; Flowra forgets its tokens.{where} {again}"
    return f"{stops} {toolkit.name} is told to forget the grant. {again}"
