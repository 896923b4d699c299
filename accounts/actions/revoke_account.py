"""Deleting and revoking are one deed: unusable at once, and the service is told by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db import transaction
from django.utils import timezone

from accounts.actions.account_trail import record_accounts
from accounts.actions.duplicates import forget_originals
from accounts.actions.siblings import ends_all, siblings_of
from accounts.models import (
    AccountShare,
    ConnectedAccount,
    Credential,
    GrantFingerprint,
    LinkSession,
    LinkState,
    Revocation,
    RevocationOutcome,
)
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra.encryption import sealed_for
from flowra.errors import FlowraError
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.fault_points import fault_point

UNFINISHED = (LinkState.OPEN, LinkState.STARTED, LinkState.PARKED)
BATCH = 1000
Telling = Literal["told", "cannot", "key", "nothing", "unknown"]


def revoke_account(account: ConnectedAccount, actor: Actor, reason: str = "") -> Revocation:
    """In one transaction: the account is deleted, its open links are over, the event and the due revocation are there.

    Doing it again changes nothing and answers the first one's revocation. `account.deleted_at` is set for who did it,
    and stays as it was for who came second.
    """
    with transaction.atomic():
        is_mine = _delete([account.pk]) == 1
        fault_point("revoke.deleted")
        if is_mine:
            _follow_up([account.pk], account.project_id, actor, reason)
        fault_point("revoke.written")
    fault_point("revoke.due")
    if is_mine:
        account.refresh_from_db(fields=["deleted_at", "updated_at"])
    return Revocation.objects.get(account_id=account.pk)


def revoke_accounts_of(auth_config: AuthConfig, actor: Actor, reason: str = "") -> None:
    """The same for all accounts under an auth config, in the caller's transaction and a few statements a thousand."""
    while ids := list(
        ConnectedAccount.live.filter(auth_config=auth_config).values_list("pk", flat=True)[:BATCH]
    ):
        _delete(ids)
        _follow_up(ids, auth_config.project_id, actor, reason)


def replace_accounts(
    accounts: Sequence[ConnectedAccount], toolkit: Toolkit, *, by: str, actor: Actor
) -> None:
    """In the caller's transaction: the same identity was connected anew by another account, which takes their place.

    Where giving a grant back would end the new one too, the service is not told of these.
    """
    for account in accounts:
        if _delete([account.pk]) != 1:
            continue
        _follow_up([account.pk], account.project_id, actor, f"Replaced by {by}.")
        if ends_all(toolkit):
            now = timezone.now()
            Revocation.objects.filter(account_id=account.pk).update(
                outcome=RevocationOutcome.TAKEN_OVER,
                due_at=None,
                finished_at=now,
                detail=f"Taken over by {by}.",
            )
            Credential.objects.filter(pk=account.pk).delete()
            forget_private(account.pk)


def forget_private(account_id: str) -> None:
    """What is private of an account that is over, and what it would be known again by; support keeps seeing whose it was."""
    GrantFingerprint.objects.filter(account_id=account_id).delete()
    ConnectedAccount.objects.filter(pk=account_id).update(profile=None, connection_data={}, secret_names=[])


def _delete(ids: Sequence[str]) -> int:
    now = timezone.now()
    return ConnectedAccount.objects.filter(pk__in=ids, deleted_at__isnull=True).update(
        deleted_at=now, updated_at=now
    )


def _follow_up(ids: Sequence[str], project_id: str, actor: Actor, reason: str) -> None:
    now = timezone.now()
    links = LinkSession.objects.filter(account_id__in=ids, state__in=UNFINISHED)
    for link_id in list(links.values_list("pk", flat=True)):
        links.filter(pk=link_id).update(
            state=LinkState.FAILED,
            end="account_deleted",
            due_at=None,
            attempt=sealed_for(LinkSession, "attempt", link_id, {}),
            prefilled=sealed_for(LinkSession, "prefilled", link_id, {}),
        )
    forget_originals(list(ids))
    AccountShare.objects.filter(account_id__in=ids).delete()
    Revocation.objects.bulk_create(
        [Revocation(account_id=id, created_at=now, due_at=now) for id in ids], batch_size=BATCH
    )
    record_accounts(EventType.ACCOUNT_DELETED, ids, project_id=project_id, actor=actor, reason=reason)


def how_it_is_told(account: ConnectedAccount, toolkit: Toolkit | None) -> Telling:
    """How the service would hear of a revocation: not at all for a `key`, where it `cannot` be told, is `unknown` here, or
    has given `nothing`; else it is `told`.
    """
    return telling_of(toolkit, account.auth_config.auth_scheme, holds_secrets=bool(account.secret_names))


def telling_of(toolkit: Toolkit | None, auth_scheme: str, *, holds_secrets: bool) -> Telling:
    """The same for all accounts of a toolkit and scheme that hold secrets, or that hold none."""
    if toolkit is None:
        return "unknown"
    if not holds_secrets:
        return "nothing"
    if not scheme_named(auth_scheme).needs_redirect:
        return "key"
    return "cannot" if toolkit.oauth2 is None or toolkit.oauth2.revoke is None else "told"


def what_will_happen(account: ConnectedAccount) -> str:
    """What revoking this account does, in words for the person who is about to do it."""
    project = account.project
    stops = f"What {project.name} does with it stops at once."
    again = "This can't be undone; they can connect again."
    try:
        toolkit = toolkit_for(project, account.toolkit_slug)
    except FlowraError:
        return f"{stops} Its service is no longer known here, so it can't be told. {again}"
    match how_it_is_told(account, toolkit):
        case "nothing":
            return f"{stops} Nothing is stored that {toolkit.name} would have to take back. {again}"
        case "key":
            where = f" It has to be deleted there: {toolkit.revoke_page}" if toolkit.revoke_page else ""
            return f"{stops} Flowra forgets the key, but {toolkit.name} goes on accepting it.{where} {again}"
        case "cannot":
            where = f" The person can do it there: {toolkit.revoke_page}" if toolkit.revoke_page else ""
            return f"{stops} {toolkit.name} can't be told to forget the grant; Flowra forgets its tokens.{where} {again}"
    return f"{stops} {toolkit.name} is told to forget the grant.{what_lives_on(toolkit)}{_what_ends_with_it(account, toolkit)} {again}"


def _what_ends_with_it(account: ConnectedAccount, toolkit: Toolkit) -> str:
    """A sentence, after a blank: other accounts that stop working with this one; empty where there are none."""
    if not ends_all(toolkit):
        return ""
    count = siblings_of(account).count()
    if count == 0:
        return ""
    others = "One other account" if count == 1 else f"{count} other accounts"
    return f" {others} of the same person there {'stops' if count == 1 else 'stop'} working too, since {toolkit.name} knows one grant for all of them."


def what_lives_on(toolkit: Toolkit) -> str:
    """A sentence, after a blank, for people: what the service cannot be told to end; empty where it ends all."""
    if not lives_on_a_while(toolkit):
        return ""
    return " The last access token that it gave is not renewed, but works there until it runs out."


def lives_on_a_while(toolkit: Toolkit) -> bool:
    """Whether the service ends the grant, and not the access token that it gave last."""
    call = toolkit.oauth2.revoke if toolkit.oauth2 else None
    return call is not None and "access_token" not in call.tokens
