"""In order for each account, never two of one account at once, and no endpoint at the cost of the others."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from flowra.actions.replay_delivery import replay_delivery
from flowra.due.row import settle
from flowra.events.names import EventType
from flowra.events.record import SYSTEM
from flowra.models import Project, WebhookDelivery, WebhookEndpoint
from flowra.webhooks.claim import AT_ONCE, HOLDS_OTHERS_BACK, claim_deliveries, ready
from tests.accounts.at_once import at_once
from tests.flowra.webhooks.deeds import (
    LEASE,
    happens,
    make_endpoint,
    retries_are_due,
    take_turn,
    time_goes_by,
)
from tests.flowra.webhooks.receiver import Receiver, status

URL = "http://127.0.0.1:9/hook"
pytestmark = pytest.mark.both_databases


def taken(limit: int = 20) -> list[WebhookDelivery]:
    return claim_deliveries(limit, LEASE)


def failing(endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now())


def test_of_one_account_only_the_oldest_is_taken(project: Project) -> None:
    make_endpoint(project, URL)
    first = happens(project, "ca_1")
    second = happens(project, "ca_1")
    (one,) = taken()
    assert one.message_id == first.pk
    assert taken() == []
    settle(one, due_at=None)
    (two,) = taken()
    assert two.message_id == second.pk


def test_a_failed_one_holds_the_later_ones_of_its_account_back_for_minutes(
    project: Project, receiver: Receiver
) -> None:
    make_endpoint(project, receiver.url)
    receiver.answer = status(500)
    events = [happens(project, "ca_1"), happens(project, "ca_1")]
    take_turn()
    assert take_turn() == []
    receiver.answer = status(200)
    retries_are_due()
    take_turn()
    take_turn()
    assert [got.id for got in receiver.got] == [events[0].pk, events[0].pk, events[1].pk]


def test_after_those_minutes_the_later_ones_go_ahead(project: Project, receiver: Receiver) -> None:
    make_endpoint(project, receiver.url)
    receiver.answer = status(500)
    stuck = happens(project, "ca_1")
    take_turn()
    time_goes_by(HOLDS_OTHERS_BACK)
    WebhookDelivery.objects.update(due_at=timezone.now() + timedelta(hours=1))
    later = happens(project, "ca_1")
    receiver.answer = status(200)
    take_turn()
    assert [got.id for got in receiver.got] == [stuck.pk, later.pk]


def test_two_of_one_account_are_never_under_way_at_once_however_old(project: Project) -> None:
    make_endpoint(project, URL)
    for _ in range(3):
        happens(project, "ca_1")
    time_goes_by(2 * HOLDS_OTHERS_BACK)
    assert len(taken()) == 1
    assert taken() == []


def test_a_failed_one_holds_no_other_account_and_no_other_endpoint_back(
    project: Project, receiver: Receiver
) -> None:
    with Receiver() as other:
        make_endpoint(project, receiver.url)
        make_endpoint(project, other.url)
        receiver.answer = status(500)
        happens(project, "ca_1")
        take_turn()
        happens(project, "ca_1")
        happens(project, "ca_2")
        while take_turn():
            pass
        assert len(other.got) == 3
        assert len(receiver.got) == 2


def test_a_replayed_one_holds_nothing_back(project: Project, receiver: Receiver) -> None:
    make_endpoint(project, receiver.url)
    happens(project, "ca_1")
    (old,) = take_turn()
    time_goes_by(HOLDS_OTHERS_BACK)
    receiver.answer = status(500)
    replay_delivery(old, SYSTEM)
    take_turn()
    fresh = happens(project, "ca_1", EventType.ACCOUNT_RECONNECTED)
    receiver.answer = status(200)
    (delivery,) = take_turn()
    assert delivery.message_id == fresh.pk


def test_only_a_few_of_one_endpoint_are_under_way_at_once(project: Project) -> None:
    make_endpoint(project, URL)
    for number in range(10):
        happens(project, f"ca_{number}")
    assert len(taken()) == AT_ONCE
    assert taken() == []


def test_while_an_endpoint_fails_one_at_a_time_is_tried(project: Project) -> None:
    endpoint = make_endpoint(project, URL).endpoint
    failing(endpoint)
    for number in range(10):
        happens(project, f"ca_{number}")
    assert len(taken()) == 1
    assert taken() == []


def test_a_long_queue_of_one_endpoint_leaves_room_for_the_next(project: Project) -> None:
    full = make_endpoint(project, URL).endpoint
    for number in range(300):
        happens(project, f"ca_{number}")
    other = make_endpoint(project, URL).endpoint
    happens(project, "ca_last")
    counted = Counter(each.endpoint_id for each in taken(limit=5))
    assert counted == {full.pk: AT_ONCE, other.pk: 1}


def test_failing_endpoints_get_what_the_others_leave(project: Project) -> None:
    dead = [make_endpoint(project, URL).endpoint for _ in range(4)]
    for each in dead:
        failing(each)
    happens(project, "ca_1")
    well = make_endpoint(project, URL).endpoint
    happens(project, "ca_2")
    (first,) = taken(limit=1)
    assert first.endpoint_id == well.pk
    assert {each.endpoint_id for each in taken(limit=9)} == {each.pk for each in dead}


def test_what_is_due_later_or_done_is_not_taken(project: Project) -> None:
    make_endpoint(project, URL)
    happens(project, "ca_1")
    for due_at in (timezone.now() + timedelta(minutes=1), None):
        WebhookDelivery.objects.update(due_at=due_at)
        assert taken() == []


def test_a_lease_that_ran_out_is_taken_again(project: Project) -> None:
    make_endpoint(project, URL)
    happens(project, "ca_1")
    (lost,) = taken()
    time_goes_by(LEASE + timedelta(seconds=1))
    (again,) = taken()
    assert (again.pk, again.attempts) == (lost.pk, 2)
    assert settle(lost, due_at=None, successful=True) is False


def test_sixteen_claimers_at_once_break_none_of_it(transactional_db: None, project: Project) -> None:
    for _ in range(2):
        make_endpoint(project, URL)
    for number in range(40):
        happens(project, f"ca_{number % 4}")
    got = at_once(*[lambda: [each.pk for each in taken(limit=5)] for _ in range(16)])
    # Who comes while another takes of an endpoint passes it by: what is left is for the next turn.
    got.append([each.pk for each in taken(limit=5)])
    pks = [pk for each in got for pk in each]  # type: ignore[union-attr]
    assert len(pks) == len(set(pks)) == 2 * AT_ONCE
    leased = WebhookDelivery.objects.filter(lease_until__isnull=False)
    lanes = Counter(leased.values_list("endpoint_id", "subject_id"))
    assert max(lanes.values()) == 1
    assert Counter(leased.values_list("endpoint_id", flat=True)).most_common()[0][1] == AT_ONCE


def test_what_stands_before_a_delivery_is_found_by_an_index_of_its_own(project: Project) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by what the tables hold")
    make_endpoint(project, URL)
    happens(project, "ca_1")
    plan = WebhookDelivery.objects.filter(ready(timezone.now())).order_by("due_at")[:100].explain()
    # By another index it would read all that waits for each that waits.
    assert "webhook_delivery_lane (endpoint_id=? AND subject_id=?)" in plan, plan
    assert "webhook_delivery_due (due_at<?)" in plan, plan
