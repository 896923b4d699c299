"""What the worker does ahead of time: it renews, at a steady pace, warns before a grant ends, and says when it has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.credential_schedule import Lifetimes
from accounts.actions.keep_alive import keep_alive
from accounts.actions.pace import put_off, take_slot
from accounts.actions.revoke_account import revoke_account
from accounts.actions.update_account import update_account
from accounts.models import ConnectedAccount, Credential, Status
from authconfigs.models import AuthConfig
from flowra.due.row import claim
from flowra.models import Event
from tests.accounts.acme import STAFF, Acme, reread
from tests.accounts.later import claimed, connected, refreshes, run_out, secrets_of, trail

LEASE = timedelta(seconds=20)


def work() -> int:
    """Whatever is due, once each; answers how many rows that were."""
    rows = claim(Credential, limit=50, lease=LEASE)
    for row in rows:
        keep_alive(row)
    return len(rows)


def due_now(account: ConnectedAccount, **fields: Any) -> None:
    Credential.objects.filter(pk=account.pk).update(due_at=timezone.now(), **fields)


def next_due(account: ConnectedAccount) -> datetime | None:
    return Credential.objects.get(pk=account.pk).due_at


class TestRenewing:
    def test_happens_before_the_token_runs_out_and_is_planned_again(self, acme: Acme) -> None:
        account = connected(acme)
        assert work() == 0
        planned = next_due(account)
        assert planned is not None
        assert account.expires_at is not None
        assert timedelta(minutes=15) <= account.expires_at - planned <= timedelta(minutes=20)
        run_out(account, seconds_left=600)
        assert work() == 1
        assert refreshes(acme) == 1
        after = next_due(account)
        assert after is not None
        assert after > timezone.now() + timedelta(minutes=30)
        assert trail(account)[-1] == "account.refreshed"
        assert work() == 0

    def test_waits_where_the_service_has_trouble_and_tries_again(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", "status", status=503)
        work()
        assert reread(account).status == Status.ACTIVE
        planned = next_due(account)
        assert planned is not None
        assert timedelta(seconds=2) < planned - timezone.now() < timedelta(seconds=10)
        due_now(account)
        assert work() == 1
        assert refreshes(acme) == 1
        due_now(account, retry_at=timezone.now())
        work()
        assert acme.provider.is_token_live(secrets_of(account)["access_token"])

    def test_finds_that_the_grant_is_gone(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.end_grant(acme.provider.grants[0])
        work()
        assert reread(account).status == Status.EXPIRED
        assert next_due(account) is None
        assert work() == 0

    def test_leaves_alone_what_somebody_else_is_renewing(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        claimed(account)
        assert work() == 0

    def test_is_over_with_the_account(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        revoke_account(account, STAFF)
        work()
        assert refreshes(acme) == 0
        assert next_due(account) is None

    def test_waits_while_the_auth_config_is_off(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        AuthConfig.objects.update(is_disabled=True)
        work()
        assert refreshes(acme) == 0
        planned = next_due(account)
        assert planned is not None
        assert planned > timezone.now() + timedelta(minutes=30)

    def test_of_what_is_switched_off_waits_until_it_is_on_again(self, acme: Acme) -> None:
        account = connected(acme)
        update_account(account, STAFF, is_disabled=True)
        run_out(account)
        work()
        assert refreshes(acme) == 0
        update_account(account, STAFF, is_disabled=False)
        work()
        assert refreshes(acme) == 1

    def test_survives_a_worker_that_dies_with_the_row(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        assert len(claim(Credential, limit=5, lease=LEASE)) == 1
        assert work() == 0
        Credential.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert work() == 1
        assert refreshes(acme) == 1


class TestThePlan:
    def of(self, life: float, **known: Any) -> Lifetimes:
        now = timezone.now()
        known.setdefault("is_renewable", True)
        known.setdefault("grant_ends_at", None)
        return Lifetimes(now, now + timedelta(seconds=life), **known)

    @pytest.mark.parametrize(
        ("life", "margin", "least", "most"),
        [
            (3600, 900, 2400, 2700),
            (600, 900, 200, 300),
            (30, 10, 16, 20),
            (3600, 3590, 5, 10),
            (86_400 * 60, 900, 86_400 * 60 - 1200, 86_400 * 60 - 900),
        ],
    )
    def test_is_the_margin_before_the_end_or_half_of_a_short_life_with_some_spread(
        self, settings: Any, life: float, margin: int, least: float, most: float
    ) -> None:
        settings.FLOWRA_REFRESH_MARGIN_SECONDS = margin
        planned = [self.of(life) for _ in range(50)]
        after = {(each.renew_at - each.issued_at).total_seconds() for each in planned if each.renew_at}
        assert len(after) > 40
        assert least <= min(after)
        assert max(after) <= most

    def test_keeps_a_refresh_token_from_dying_of_disuse_also_of_what_is_switched_off(self) -> None:
        off = self.of(3600, idle_days=90, is_switched_off=True)
        assert off.renew_at is not None
        assert timedelta(days=36) <= off.renew_at - off.issued_at <= timedelta(days=45)
        assert self.of(3600, is_switched_off=True).next_due() is None

    def test_of_a_key_without_an_end_is_nothing(self) -> None:
        now = timezone.now()
        assert Lifetimes(now, None, None, is_renewable=False).next_due() is None

    def test_of_a_token_that_cannot_be_renewed_is_a_warning_and_then_its_end(self) -> None:
        long, short = self.of(86_400 * 60, is_renewable=False), self.of(3600, is_renewable=False)
        assert long.ends_at is not None
        assert long.warn_at == long.ends_at - timedelta(days=7) == long.next_due()
        assert short.warn_at == short.issued_at + timedelta(minutes=45)


class TestWhatEnds:
    def test_is_warned_of_once_and_then_expires(self, acme: Acme) -> None:
        account = connected(acme)
        stored = Credential.objects.get(pk=account.pk)
        stored.secrets = {"access_token": "only"}
        stored.save()
        ends_at = timezone.now() + timedelta(days=3)
        ConnectedAccount.objects.filter(pk=account.pk).update(expires_at=ends_at)
        due_now(account, issued_at=ends_at - timedelta(days=60))
        work()
        work()
        assert trail(account).count("account.expiring") == 1
        told = Event.objects.get(subject_id=account.pk, type="account.expiring")
        assert told.data["endsAt"][:10] == ends_at.date().isoformat()
        assert next_due(account) == ends_at
        ConnectedAccount.objects.filter(pk=account.pk).update(expires_at=timezone.now())
        due_now(account)
        work()
        after = reread(account)
        assert (after.status, after.status_reason) == (Status.EXPIRED, "grant_revoked")
        assert "run out" in after.status_message
        assert trail(account).count("account.expiring") == 1

    def test_though_it_can_be_renewed_till_then_is_warned_of_as_well(self, acme: Acme) -> None:
        account = connected(acme)
        due_now(
            account,
            grant_ends_at=timezone.now() + timedelta(days=2),
            issued_at=timezone.now() - timedelta(days=30),
        )
        work()
        assert trail(account)[-1] == "account.expiring"
        assert reread(account).status == Status.ACTIVE


class TestThePace:
    def test_is_so_many_a_second_for_each_client(self, db: None, settings: Any) -> None:
        settings.FLOWRA_REFRESHES_PER_SECOND = 10
        slots = [take_slot("slack", "one") for _ in range(21)]
        assert timedelta(seconds=1.9) <= slots[-1] - slots[0] <= timedelta(seconds=2.1)
        assert take_slot("slack", "two") <= timezone.now()
        assert take_slot("github", "one") <= timezone.now()

    def test_rests_as_long_as_the_service_asks(self, db: None) -> None:
        until = timezone.now() + timedelta(seconds=90)
        take_slot("slack", "one")
        put_off("slack", "one", until)
        assert abs(take_slot("slack", "one") - until) < timedelta(milliseconds=1)

    def test_lets_the_rest_wait_for_their_slots(self, acme: Acme, settings: Any) -> None:
        settings.FLOWRA_REFRESHES_PER_SECOND = 1
        accounts = [connected(acme, external_user=acme.user(f"customer_{number}")) for number in range(4)]
        for account in accounts:
            run_out(account)
        assert work() == 4
        assert refreshes(acme) == 1
        due = sorted(moment for moment in map(next_due, accounts) if moment is not None)
        assert timedelta(seconds=0) < due[0] - timezone.now() <= timedelta(seconds=1)
        assert timedelta(seconds=1.9) <= due[2] - due[0] <= timedelta(seconds=2.1)
        Credential.objects.filter(slot_at=due[0]).update(slot_at=timezone.now(), due_at=timezone.now())
        work()
        assert refreshes(acme) == 2
