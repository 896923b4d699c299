"""After a revocation the service is told, again and again over hours if need be; then the secrets are wiped."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.expire_account import expire_account
from accounts.actions.hold_account import hold_account
from accounts.actions.revoke_account import forget_private, what_lives_on
from accounts.actions.siblings import ends_all, siblings_of
from accounts.models import (
    ConnectedAccount,
    Credential,
    Revocation,
    RevocationOutcome,
    StatusReason,
)
from accounts.oauth2.client import Client, client_of
from accounts.oauth2.revoke import Told, revoke_at_service
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from flowra.due.clock import lease_clock
from flowra.due.row import settle
from flowra.errors import FlowraError
from flowra.events.names import EventType
from flowra.events.record import WORKER
from flowra.fault_points import fault_point

logger = logging.getLogger("flowra.revocation")

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=48)
FINAL = (
    RevocationOutcome.DONE,
    RevocationOutcome.UNSUPPORTED,
    RevocationOutcome.NOTHING,
    RevocationOutcome.GIVEN_UP,
)
LOST_ANSWER = (
    " Newer tokens may have been on their way here when an answer was lost: nobody has them, but the app may still be"
    " listed there."
)


@dataclass(frozen=True, slots=True)
class _Result:
    outcome: RevocationOutcome
    detail: str = ""
    retry_after: int | None = None


def tell_provider(revocation: Revocation) -> None:
    """Acts on a leased row: one try, its outcome recorded with the event in one transaction.

    While the tokens are being renewed, what is stored may be spent already: then it waits for that to end. A final
    outcome wipes what is secret or private of the account; support keeps seeing whose it was.
    """
    fault_point("revoke.claimed")
    account = ConnectedAccount.objects.select_related("auth_config", "project").get(pk=revocation.account_id)
    is_taken = _take_credential(account.pk)
    credential = Credential.objects.filter(pk=account.pk).first()
    if credential is not None and not is_taken:
        settle(revocation, due_at=credential.lease_until or timezone.now())
        return
    version = credential.version if credential is not None else 0
    result = _try(account, credential)
    now = timezone.now()
    if result.outcome == RevocationOutcome.FAILING and now - revocation.created_at >= GIVE_UP_AFTER:
        result = _Result(RevocationOutcome.GIVEN_UP, result.detail)
    is_final = result.outcome in FINAL
    with transaction.atomic():
        # A grant that arrives meanwhile is either seen below or makes the row due again after this.
        hold_account(account.pk)
        if Revocation.objects.filter(pk=revocation.pk, finished_at__isnull=False).exists():
            return
        settled = settle(
            revocation,
            due_at=None if is_final else now + _wait(revocation.attempts, result.retry_after),
            outcome=result.outcome,
            detail=result.detail,
            finished_at=now if is_final else None,
        )
        if not settled:
            return
        fault_point("revoke.settled")
        if is_final and not _wipe(account, version):
            settle(revocation, due_at=now, outcome=RevocationOutcome.PENDING, detail="", finished_at=None)
            return
        fault_point("revoke.wiped")
        _tell_the_trail(account, revocation, result)
        if result.outcome == RevocationOutcome.DONE:
            _end_siblings(account)
    fault_point("revoke.recorded")


def tell_again(account_id: str) -> None:
    """A grant arrived for an account that is deleted: makes its revocation due, in the caller's transaction."""
    now = timezone.now()
    Revocation.objects.filter(account_id=account_id).update(
        outcome=RevocationOutcome.PENDING,
        due_at=now,
        lease_until=None,
        finished_at=None,
        created_at=now,
        detail="",
    )


def tell_now(account_id: str) -> None:
    """A renewal has ended without new tokens: a revocation that waited for it need not wait for its lease to run out."""
    Revocation.objects.filter(
        account_id=account_id, outcome=RevocationOutcome.PENDING, lease_until__isnull=True
    ).update(due_at=timezone.now())


def give_back_unstored(client: Client, secrets: Mapping[str, str]) -> None:
    """Tells the service of a grant that will not be stored anywhere: one try, since nothing is left to try with."""
    told = revoke_at_service(client, secrets)
    if told.how not in ("done", "gone"):
        logger.warning("A grant at %s was not stored and could not be given back.", client.toolkit.slug)


def _take_credential(account_id: str) -> bool:
    """Ends all renewing of a deleted account's tokens; False while somebody holds the lease, or there are none."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=lease_clock())
    taken = Credential.objects.filter(free, pk=account_id).update(
        attempts=F("attempts") + 1, lease_until=None, due_at=None
    )
    return taken == 1


def _try(account: ConnectedAccount, credential: Credential | None) -> _Result:
    secrets = credential.secrets if credential is not None else {}
    if credential is None or not secrets:
        return _Result(RevocationOutcome.NOTHING, "Nothing had been granted.")
    try:
        toolkit = toolkit_for(account.project, account.toolkit_slug)
        if "access_token" not in secrets or toolkit.oauth2 is None:
            return _Result(
                RevocationOutcome.UNSUPPORTED,
                _do_it_there(toolkit, "goes on accepting the key; delete it there"),
            )
        client = client_of(account.auth_config, toolkit, account.connection_data)
        fault_point("revoke.telling")
        told = revoke_at_service(client, secrets)
        fault_point("revoke.told")
    except FlowraError as error:
        return _Result(RevocationOutcome.FAILING, error.message)
    return _result_of(told, toolkit, is_unanswered=credential.asked_at is not None)


def _result_of(told: Told, toolkit: Toolkit, *, is_unanswered: bool) -> _Result:
    if told.how == "done":
        lost = LOST_ANSWER if is_unanswered else ""
        return _Result(
            RevocationOutcome.DONE, f"{toolkit.name} has forgotten the grant.{what_lives_on(toolkit)}{lost}"
        )
    if told.how == "unsupported":
        return _Result(
            RevocationOutcome.UNSUPPORTED,
            _do_it_there(toolkit, "has no way to be told; the person can remove the app there"),
        )
    return _Result(RevocationOutcome.FAILING, told.words, told.retry_after)


def _do_it_there(toolkit: Toolkit, what: str) -> str:
    return f"{toolkit.name} {what}" + (f": {toolkit.revoke_page}" if toolkit.revoke_page else ".")


def _wait(attempts: int, retry_after: int | None) -> timedelta:
    """Doubles from five seconds to an hour, with up to a tenth of jitter; never shorter than the service asked for."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, 20)
    wait = min(doubled, LONGEST_WAIT)
    if retry_after is not None:
        wait = min(max(wait, timedelta(seconds=retry_after)), LONGEST_WAIT)
    return wait * random.uniform(1.0, 1.1)  # noqa: S311 - jitter keeps no secret


def _wipe(account: ConnectedAccount, version: int) -> bool:
    """False when another version of the credential is there than the one that the service was told of."""
    Credential.objects.filter(pk=account.pk, version=version).delete()
    if Credential.objects.filter(pk=account.pk).exists():
        return False
    forget_private(account.pk)
    return True


def _end_siblings(account: ConnectedAccount) -> None:
    """Other accounts of the same person, where the service has forgotten those grants with this one."""
    try:
        toolkit = toolkit_for(account.project, account.toolkit_slug)
    except FlowraError:
        return
    if ends_all(toolkit):
        for sibling in siblings_of(account).only("pk", "project_id"):
            expire_account(
                sibling,
                StatusReason.GRANT_REVOKED,
                WORKER,
                message=f"{toolkit.name} has forgotten the grant, which another account of the same person gave back.",
            )


def _tell_the_trail(account: ConnectedAccount, revocation: Revocation, result: _Result) -> None:
    if result.outcome == RevocationOutcome.NOTHING:
        return
    if result.outcome == RevocationOutcome.FAILING and revocation.outcome == RevocationOutcome.FAILING:
        return
    record_account(
        EventType.ACCOUNT_REVOKED
        if result.outcome == RevocationOutcome.DONE
        else EventType.ACCOUNT_REVOCATION_FAILED,
        project_id=account.project_id,
        account_id=account.pk,
        actor=WORKER,
        reason=result.detail,
        data={"outcome": result.outcome.value, "attempts": revocation.attempts},
    )
