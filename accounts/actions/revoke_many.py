"""Revoking any number of accounts: a run with an item for each, worked off by the workers, stopped and gone on with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount, ItemOutcome, RevocationRun, RevocationRunItem, RunState
from flowra.due.row import settle
from flowra.errors import Conflict, FlowraError
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.fault_points import fault_point

logger = logging.getLogger("flowra.revocation_run")

# After so many a run is free again, for another worker or another kind of work.
BATCH = 50
_COUNTED = {ItemOutcome.DONE: "done", ItemOutcome.SKIPPED: "skipped", ItemOutcome.FAILED: "failed"}


def start_run(
    accounts: QuerySet[ConnectedAccount],
    actor: Actor,
    reason: str,
    chosen: str,
    *,
    selection: Mapping[str, Any] | None = None,
    at_most: int | None = None,
    as_of: datetime | None = None,
) -> RevocationRun:
    """The run, with an item for each of `accounts` that is not revoked yet; the workers do the rest.

    `chosen` says in words which they are, `selection` by which filters or ids. `at_most` and `as_of`: how many there
    were, and when, as somebody saw them who agreed to that; accounts made later are left out. Raises Conflict, and
    nothing has happened, where there are more by now, or none at all.
    """
    now = timezone.now()
    accounts = accounts.filter(deleted_at__isnull=True)
    if as_of is not None:
        accounts = accounts.filter(created_at__lte=as_of)
    with transaction.atomic():
        run = RevocationRun.objects.create(
            actor_kind=actor.kind,
            actor_id=actor.id[:64],
            actor_name=actor.name[:255],
            reason=reason,
            chosen=chosen,
            selection=dict(selection or {}),
            created_at=now,
            due_at=now,
        )
        run.total = _write_items(run, accounts)
        if run.total == 0:
            raise Conflict("None of these connections is there any more.", code="nothing_to_revoke")
        if at_most is not None and run.total > at_most:
            raise Conflict(
                f"There are {run.total} of them by now, and there were {at_most} when you looked.",
                code="more_than_seen",
            )
        run.project_id = _only_project(run)
        run.save(update_fields=["total", "project_id"])
        _record(EventType.REVOCATION_RUN_STARTED, run, actor, reason, {"chosen": chosen, "total": run.total})
        fault_point("run.started")
    return run


def go_on(run: RevocationRun) -> None:
    """Acts on a claimed run: so many accounts as are a batch, one transaction each, and the run is free again or done."""
    # Ids alone: an item that another worker has written meanwhile is seen when it is this one's turn.
    waiting = RevocationRunItem.objects.filter(run=run, outcome=ItemOutcome.WAITING).order_by("id")
    actor = Actor(run.actor_kind, run.actor_id, run.actor_name)
    for item in waiting[:BATCH]:
        if not _do(run, item, actor):
            return
        fault_point("run.item_done")
    if waiting.exists():
        settle(run, due_at=timezone.now())
        return
    with transaction.atomic():
        is_mine = settle(run, due_at=None, state=RunState.DONE, finished_at=timezone.now())
        if is_mine:
            run.refresh_from_db(fields=["done", "skipped", "failed"])
            counts = {"revoked": run.done, "skipped": run.skipped, "failed": run.failed}
            _record(EventType.REVOCATION_RUN_FINISHED, run, actor, "", counts)


def stop_run(run: RevocationRun, actor: Actor, reason: str = "") -> bool:
    """Nothing more is revoked once this is written; what is revoked stays so. False where it was not running."""
    with transaction.atomic():
        # One attempt more, so that whoever has the run has it no longer.
        stopped = RevocationRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            state=RunState.STOPPED,
            due_at=None,
            lease_until=None,
            attempts=F("attempts") + 1,
            finished_at=timezone.now(),
        )
        if stopped:
            run.refresh_from_db()
            _record(EventType.REVOCATION_RUN_STOPPED, run, actor, reason, {"left": run.waiting})
    return stopped == 1


def resume_run(run: RevocationRun, actor: Actor, reason: str = "") -> bool:
    """Goes on with a stopped run, and with what a finished one could not revoke. False where there is nothing to do."""
    with transaction.atomic():
        over = RevocationRun.objects.filter(Q(state=RunState.STOPPED) | Q(state=RunState.DONE, failed__gt=0))
        if not over.filter(pk=run.pk).update(
            state=RunState.RUNNING, due_at=timezone.now(), lease_until=None, finished_at=None, failed=0
        ):
            return False
        RevocationRunItem.objects.filter(run=run, outcome=ItemOutcome.FAILED).update(
            outcome=ItemOutcome.WAITING, words=""
        )
        run.refresh_from_db()
        _record(EventType.REVOCATION_RUN_RESUMED, run, actor, reason, {"left": run.waiting})
    return True


def _write_items(run: RevocationRun, accounts: QuerySet[ConnectedAccount]) -> int:
    """From table to table: no account is read into memory, however many there are."""
    try:
        fields = accounts.order_by().values("id", "created_at")
        chosen, values = fields.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    table = connection.ops.quote_name(RevocationRunItem._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            # The table's own name and Django's own query: what is anybody's is among the values. In the order in which the
            # preview named them: ids that were made in one millisecond are in none.
            f"INSERT INTO {table} (run_id, account_id, outcome, words) "  # noqa: S608
            f"SELECT %s, chosen.id, %s, '' FROM ({chosen}) AS chosen "
            "GROUP BY chosen.id, chosen.created_at ORDER BY chosen.created_at, chosen.id",
            [run.pk, ItemOutcome.WAITING.value, *values],
        )
        return int(cursor.rowcount)


def _only_project(run: RevocationRun) -> str | None:
    of_run = RevocationRunItem.objects.filter(run=run).values("account_id")
    projects = ConnectedAccount.objects.filter(pk__in=of_run).order_by().values_list("project_id", flat=True)
    found = list(projects.distinct()[:2])
    return found[0] if len(found) == 1 else None


def _do(run: RevocationRun, item: RevocationRunItem, actor: Actor) -> bool:
    """One account and its outcome, in one transaction: whoever is killed has done both or neither. False where the run
    is no longer this worker's.
    """
    with transaction.atomic():
        # The fence, and a lock on the run: a stop waits for this account, and lets none follow.
        mine = RevocationRun.objects.filter(pk=run.pk, attempts=run.attempts, state=RunState.RUNNING)
        if not mine.update(due_at=F("due_at")):
            return False
        outcome, words = _revoke(item.account_id, actor, run)
        fault_point("run.revoked")
        written = RevocationRunItem.objects.filter(pk=item.pk, outcome=ItemOutcome.WAITING).update(
            outcome=outcome, words=words[:500]
        )
        if written:
            counted = _COUNTED[outcome]
            mine.update(**{counted: F(counted) + 1})
        fault_point("run.item_written")
    return True


def _revoke(account_id: str, actor: Actor, run: RevocationRun) -> tuple[ItemOutcome, str]:
    accounts = ConnectedAccount.objects.select_related("project", "auth_config", "external_user")
    account = accounts.defer("profile", "connection_data", "project__logo").filter(pk=account_id).first()
    if account is None or account.deleted_at is not None:
        return ItemOutcome.SKIPPED, "It was revoked already."
    try:
        with transaction.atomic():
            revoke_account(account, actor, run.reason)
    except FlowraError as error:
        return ItemOutcome.FAILED, error.message
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # one account's trouble must not keep the others from being revoked
        about = {"run": run.pk, "account": account_id, "error": type(error).__name__}
        logger.error("An account of a run could not be revoked.", extra=about)
        return (
            ItemOutcome.FAILED,
            "Flowra failed at it. Try again, and if that does not help, look at the log.",
        )
    if account.deleted_at is None:
        return ItemOutcome.SKIPPED, "Somebody else revoked it at this moment."
    return ItemOutcome.DONE, ""


def _record(type: EventType, run: RevocationRun, actor: Actor, reason: str, data: Mapping[str, Any]) -> None:
    record(
        type,
        project_id=run.project_id,
        subject=("revocation_run", run.pk),
        actor=actor,
        reason=reason,
        data=data,
    )
