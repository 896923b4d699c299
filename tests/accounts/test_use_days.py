"""By whom an account was used: counted as calls come, in the table for each day and way, and gone after ninety days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import use_days
from accounts.actions.update_account import update_account
from accounts.models import AccountUse, ConnectedAccount
from accounts.use_days import USES, UseDays
from flowra.due.kinds import CHORES
from flowra.events.record import SYSTEM
from tests.accounts.acme import Acme
from tests.accounts.at_once import at_once
from tests.accounts.tool_desk import ToolDesk
from tests.caller import Caller, make_caller
from tests.factories import make_account, make_auth_config, make_external_user, make_project

pytestmark = pytest.mark.django_db


def told(account: ConnectedAccount) -> list[tuple[str, str, str, int]]:
    """What the table has of today."""
    USES.write_all()
    uses = AccountUse.objects.filter(account=account, day=timezone.now().date()).order_by("kind", "by")
    return list(uses.values_list("kind", "by", "acting_user", "count"))


def caller_of(acme: Acme, **key: Any) -> Caller:
    scopes = ["proxy", "credentials:read", "credentials:export", "accounts:read"]
    return make_caller(acme.project, scopes=scopes, **key)


@pytest.mark.both_databases
def test_each_way_of_use_is_counted(acme: Acme) -> None:
    account = acme.connect().account
    api, other = caller_of(acme, name="production"), caller_of(acme, name="jobs")
    path = f"connected_accounts/{account.pk}"
    for caller in (api, api, other):
        assert caller.get(f"{path}/proxy/userinfo").status_code == 200
    assert api.get(f"{path}/credentials").status_code == 200
    assert api.get(f"{path}/export").status_code == 200
    assert told(account) == [
        ("credentials", "production", "", 1),
        ("export", "production", "", 1),
        ("proxy", "jobs", "", 1),
        ("proxy", "production", "", 2),
    ]


def test_a_tool_is_named(tools: ToolDesk) -> None:
    account = tools.connected("slack", "chat:write")
    for _ in range(2):
        tools.execute("SLACK_SEND_MESSAGE", {"channel": "#general", "text": "Hello"})
    assert told(account) == [("tool", "SLACK_SEND_MESSAGE", "", 2)]


def test_with_whom_it_is_shared_is_told_apart_from_its_owner(acme: Acme) -> None:
    account = acme.connect().account
    update_account(account, SYSTEM, shared_with=["customer_43"])
    api = caller_of(acme, name="production")
    for caller in (api, api.as_user("customer_42"), api.as_user("customer_43")):
        assert caller.get(f"connected_accounts/{account.pk}/proxy/userinfo").status_code == 200
    other = make_external_user(acme.project, "customer_43")
    assert set(told(account)) == {("proxy", "production", "", 2), ("proxy", "production", other.pk, 1)}


def test_what_does_not_go_is_no_use(acme: Acme) -> None:
    account = acme.connect().account
    api = caller_of(acme)
    assert api.get(f"connected_accounts/{account.pk}/proxy/../x").status_code == 400
    assert api.as_user("nobody").get(f"connected_accounts/{account.pk}/credentials").status_code == 404
    assert told(account) == []


def fresh_account() -> ConnectedAccount:
    return make_account(make_auth_config(make_project()))


def test_a_new_way_is_written_when_its_request_is_over_and_further_ones_a_minute_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = fresh_account()
    uses = UseDays()
    uses.note(account.pk, "proxy", "production")
    uses.write()
    assert AccountUse.objects.get().count == 1
    for _ in range(5):
        uses.note(account.pk, "proxy", "production")
    with CaptureQueriesContext(connection) as asked:
        uses.write()
    assert len(asked) == 0
    assert AccountUse.objects.get().count == 1
    monkeypatch.setattr(use_days, "GRAIN_SECONDS", 0.0)
    uses.write()
    assert AccountUse.objects.get().count == 6


@pytest.mark.both_databases
def test_a_hundred_ways_are_one_statement() -> None:
    account = fresh_account()
    uses = UseDays()
    for _ in range(2):
        for number in range(use_days.BATCH):
            uses.note(account.pk, "tool", f"T{number}", "eu_1" if number % 2 else "")
        with CaptureQueriesContext(connection) as asked:
            uses.write_all()
        assert len(asked) == 1
    assert set(AccountUse.objects.values_list("count", flat=True)) == {2}
    assert AccountUse.objects.count() == use_days.BATCH


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_several_processes_lose_nothing_of_each_other() -> None:
    account = fresh_account()

    def process(order: int) -> None:
        uses = UseDays()
        for _ in range(20):
            for name in ("a", "b", "c")[::order]:
                uses.note(account.pk, "proxy", name)
            uses.write_all()

    at_once(*(lambda order=order: process(order) for order in (1, -1, 1, -1)))
    assert dict(AccountUse.objects.values_list("by", "count")) == {"a": 80, "b": 80, "c": 80}


def test_a_database_that_does_not_take_it_breaks_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    account = fresh_account()
    uses = UseDays()
    uses.note(account.pk, "proxy", "production")

    def away(_: object) -> None:
        raise DatabaseError("away")

    with monkeypatch.context() as patch:
        patch.setattr(use_days, "_add", away)
        uses.write()
    assert not AccountUse.objects.exists()
    uses.note(account.pk, "proxy", "production")
    uses.write()
    assert AccountUse.objects.get().count == 1


@pytest.mark.both_databases
def test_after_ninety_days_it_is_forgotten() -> None:
    account = fresh_account()
    today: date = timezone.now().date()
    for days in (0, 90, 91):
        AccountUse.objects.create(account=account, day=today - timedelta(days=days), kind="proxy", count=1)
    CHORES["old_uses"].act()
    assert set(AccountUse.objects.values_list("day", flat=True)) == {today, today - timedelta(days=90)}
