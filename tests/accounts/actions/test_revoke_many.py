"""Revoking many: every account once, whoever is killed, stopped or in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import revoke_many
from accounts.actions.prune import prune_old_runs
from accounts.actions.revoke_account import revoke_account
from accounts.actions.revoke_many import go_on, resume_run, start_run, stop_run
from accounts.models import (
    ConnectedAccount,
    ItemOutcome,
    Revocation,
    RevocationRun,
    RevocationRunItem,
    RunState,
)
from authconfigs.models import AuthConfig
from flowra.due.row import claim
from flowra.errors import Conflict
from flowra.events.record import Actor
from flowra.models import Event
from tests.accounts.aftermath import LEASE, a_worker_revokes, events_of, leases_run_out
from tests.accounts.processes import Other
from tests.factories import (
    make_account,
    make_auth_config,
    make_external_user,
    make_project,
    make_webhook_endpoint,
)

STAFF = Actor("staff", "7", "support@example.com")


@pytest.fixture
def auth_config(db: None) -> AuthConfig:
    return make_auth_config(make_project("Acme"), "slack")


def make_many(auth_config: AuthConfig, count: int) -> list[ConnectedAccount]:
    person = make_external_user(auth_config.project)
    return [make_account(auth_config, person, secrets={"access_token": f"t{n}"}) for n in range(count)]


def start(accounts: Any = None, **more: Any) -> RevocationRun:
    found = ConnectedAccount.objects.all() if accounts is None else accounts
    return start_run(found, STAFF, "The customer left.", "All of Acme", **more)


def counts(run: RevocationRun) -> tuple[str, int, int, int]:
    run.refresh_from_db()
    items = RevocationRunItem.objects.filter(run=run)
    # What is counted is what is there.
    for outcome, count in (
        (ItemOutcome.DONE, run.done),
        (ItemOutcome.SKIPPED, run.skipped),
        (ItemOutcome.FAILED, run.failed),
    ):
        assert items.filter(outcome=outcome).count() == count
    return run.state, run.done, run.skipped, run.failed


@pytest.mark.both_databases
def test_they_come_in_the_order_of_their_making_also_where_one_millisecond_made_them(
    auth_config: AuthConfig,
) -> None:
    at = timezone.now()
    same = "ca_01kdk0c0z0"
    made = [
        make_account(auth_config, id=f"{same}{end * 16}", created_at=at + timedelta(microseconds=n))
        for n, end in enumerate("zay")
    ]
    run = start()
    order = RevocationRunItem.objects.filter(run=run).order_by("pk").values_list("account_id", flat=True)
    assert list(order) == [each.pk for each in made]


@pytest.mark.both_databases
def test_all_are_revoked_once_by_who_began_it_and_the_reason_is_on_each_trail(
    auth_config: AuthConfig,
) -> None:
    accounts = make_many(auth_config, 3)
    run = start()
    assert (run.total, run.state, run.project_id) == (3, RunState.RUNNING, auth_config.project_id)
    assert ConnectedAccount.live.count() == 3
    a_worker_revokes()
    assert counts(run) == (RunState.DONE, 3, 0, 0)
    assert run.due_at is None and run.finished_at is not None
    assert not ConnectedAccount.live.exists()
    assert Revocation.objects.filter(due_at__isnull=False).count() == 3
    for account in accounts:
        event = Event.objects.get(subject_id=account.pk, type="account.deleted")
        assert (event.actor_kind, event.actor_id, event.reason) == ("staff", "7", "The customer left.")
    assert list(
        Event.objects.filter(subject_id=run.pk).order_by("at", "id").values_list("type", flat=True)
    ) == [
        "revocation_run.started",
        "revocation_run.finished",
    ]


@pytest.mark.both_databases
def test_a_batch_at_a_time_and_other_work_in_between(
    auth_config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoke_many, "BATCH", 2)
    make_many(auth_config, 5)
    run = start()
    a_worker_revokes()
    assert counts(run) == (RunState.RUNNING, 2, 0, 0)
    assert run.lease_until is None and run.due_at is not None
    a_worker_revokes(2)
    assert counts(run) == (RunState.DONE, 5, 0, 0)


@pytest.mark.both_databases
def test_starting_takes_as_many_queries_for_many_as_for_few(
    auth_config: AuthConfig, django_assert_num_queries: Any
) -> None:
    make_many(auth_config, 1)
    with CaptureQueriesContext(
        connection,
    ) as few:
        start()
    make_many(auth_config, 30)
    with django_assert_num_queries(len(few)):
        assert start().total == 31


@pytest.mark.both_databases
def test_what_was_revoked_meanwhile_is_skipped_and_what_fails_keeps_no_other_from_it(
    auth_config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, fourth = make_many(auth_config, 4)
    run = start()
    revoke_account(first, STAFF)
    real: Any = revoke_account

    def sometimes(account: ConnectedAccount, *rest: Any) -> Any:
        if account.pk == second.pk:
            raise Conflict("It is locked.")
        done = real(account, *rest)
        if account.pk == third.pk:
            raise RuntimeError("a bug, with s3cret in it")
        return done

    monkeypatch.setattr(revoke_many, "revoke_account", sometimes)
    a_worker_revokes()
    assert counts(run) == (RunState.DONE, 1, 1, 2)
    words = dict(RevocationRunItem.objects.filter(run=run).values_list("account_id", "words"))
    assert words[second.pk] == "It is locked."
    assert "s3cret" not in words[third.pk] and words[third.pk]
    assert set(ConnectedAccount.live.values_list("pk", flat=True)) == {second.pk, third.pk}
    monkeypatch.setattr(revoke_many, "revoke_account", real)
    assert resume_run(run, STAFF)
    a_worker_revokes()
    assert counts(run) == (RunState.DONE, 3, 1, 0)
    assert not resume_run(run, STAFF)
    assert not ConnectedAccount.live.filter(pk=fourth.pk).exists()


@pytest.mark.both_databases
def test_a_stop_lets_none_follow_and_going_on_takes_the_rest(
    auth_config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoke_many, "BATCH", 2)
    make_many(auth_config, 5)
    run = start()
    a_worker_revokes()
    (held,) = claim(RevocationRun, limit=1, lease=LEASE)
    assert stop_run(run, STAFF, "The wrong ones.")
    assert not stop_run(run, STAFF, "Twice.")
    go_on(held)
    a_worker_revokes()
    assert counts(run) == (RunState.STOPPED, 2, 0, 0)
    assert ConnectedAccount.live.count() == 3
    stopped = Event.objects.get(subject_id=run.pk, type="revocation_run.stopped")
    assert (stopped.reason, stopped.data["left"]) == ("The wrong ones.", 3)
    assert resume_run(run, STAFF)
    assert not resume_run(run, STAFF)
    a_worker_revokes(2)
    assert counts(run) == (RunState.DONE, 5, 0, 0)


@pytest.mark.both_databases
def test_who_has_lost_the_lease_writes_nothing_more(auth_config: AuthConfig) -> None:
    make_many(auth_config, 2)
    run = start()
    (slow,) = claim(RevocationRun, limit=1, lease=LEASE)
    leases_run_out()
    a_worker_revokes()
    go_on(slow)
    assert counts(run) == (RunState.DONE, 2, 0, 0)
    assert Event.objects.filter(type="account.deleted").count() == 2


@pytest.mark.both_databases
def test_more_than_were_seen_or_none_at_all_are_refused_and_nothing_has_happened(
    auth_config: AuthConfig,
) -> None:
    with pytest.raises(Conflict, match="None of these"):
        start()
    with pytest.raises(Conflict, match="None of these"):
        start(ConnectedAccount.objects.filter(pk__in=[]))
    make_many(auth_config, 2)
    looked = timezone.now()
    make_many(auth_config, 1)
    with pytest.raises(Conflict, match="There are 3 of them by now, and there were 2"):
        start(at_most=2)
    assert (RevocationRun.objects.count(), RevocationRunItem.objects.count(), Event.objects.count()) == (
        0,
        0,
        0,
    )
    assert start(at_most=2, as_of=looked).total == 2


@pytest.mark.both_databases
def test_accounts_of_several_projects_are_of_none(auth_config: AuthConfig) -> None:
    make_many(auth_config, 1)
    make_many(make_auth_config(make_project("Other"), "github"), 1)
    assert start().project_id is None


def test_a_run_goes_30_days_after_its_end_with_its_items(auth_config: AuthConfig) -> None:
    make_many(auth_config, 2)
    run = start()
    a_worker_revokes()
    prune_old_runs()
    assert RevocationRun.objects.exists()
    RevocationRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=31))
    prune_old_runs()
    assert not RevocationRun.objects.exists() and not RevocationRunItem.objects.exists()
    assert Event.objects.filter(subject_id=run.pk).count() == 2


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "point", ["revoke.deleted", "revoke.due", "run.revoked", "run.item_written", "run.item_done"]
)
def test_a_worker_that_is_killed_has_neither_lost_nor_repeated_an_account(
    transactional_db: None, point: str
) -> None:
    project = make_project("Acme")
    make_webhook_endpoint(project, "http://127.0.0.1:9/hook")
    accounts = make_many(make_auth_config(project, "slack"), 3)
    run = start()
    Other("work", "revocation_run", dies_at=point).dies()
    done = 1 if point == "run.item_done" else 0
    assert counts(run) == (RunState.RUNNING, done, 0, 0)
    assert ConnectedAccount.live.count() == 3 - done
    a_worker_revokes()
    assert counts(run)[1] == done, "the dead one's lease still holds"
    leases_run_out()
    a_worker_revokes()
    assert counts(run) == (RunState.DONE, 3, 0, 0)
    assert all(events_of(account)["account.deleted"] == 1 for account in accounts)
    assert Revocation.objects.count() == 3
