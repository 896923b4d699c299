"""`webhook_deliveries`: what was sent, and sending it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from flowra.events.names import EventType
from flowra.models import Event, WebhookDelivery, WebhookEndpoint
from flowra.webhooks.claim import claim_deliveries
from flowra.webhooks.prune import DELETED_KEPT, KEPT, prune_webhooks
from tests.caller import Caller, make_caller, problem_of
from tests.flowra.webhooks.deeds import LEASE, happens, make_endpoint, take_turn, time_goes_by
from tests.flowra.webhooks.receiver import Receiver, status

FIELDS = {
    "id", "endpointId", "event", "messageId", "attempts", "responseStatus", "detail", "successful", "nextAttemptAt",
    "createdAt",
}  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def test_the_list_says_how_each_went_newest_first(api: Caller, receiver: Receiver) -> None:
    make_endpoint(api.project, receiver.url)
    old = happens(api.project, "ca_1")
    take_turn()
    receiver.answer = status(502, b"bad gateway")
    new = happens(api.project, "ca_2")
    take_turn()
    page = api.get("webhook_deliveries").json()
    assert (page["total"], page["page"], page["hasNextPage"]) == (2, 1, False)
    failed, good = page["data"]
    assert set(failed) == FIELDS
    assert [failed["messageId"], good["messageId"]] == [new.pk, old.pk]
    assert (good["successful"], good["responseStatus"], good["nextAttemptAt"]) == (True, 204, None)
    assert (failed["successful"], failed["responseStatus"], failed["detail"]) == (False, 502, "bad gateway")
    assert failed["nextAttemptAt"].endswith("Z")


def test_it_is_narrowed_by_endpoint_event_and_success(api: Caller, receiver: Receiver) -> None:
    one = make_endpoint(api.project, receiver.url, ["account.expired"]).endpoint
    make_endpoint(api.project, receiver.url)
    happens(api.project, "ca_1")
    take_turn()
    happens(api.project, "ca_2", EventType.ACCOUNT_CONNECTED)

    def count(query: str) -> int:
        total: int = api.get(f"webhook_deliveries?{query}").json()["total"]
        return total

    assert count("") == 3
    assert count(f"endpointId={one.pk}") == 1
    assert count("endpointId=we_unknown") == 0
    assert count("event=account.connected") == 1
    assert count("event=test") == 0
    assert count("successful=true") == 2
    assert count("successful=False") == 1
    assert count(f"endpointId={one.pk}&successful=false") == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("event=account.expird", "event"),
        ("successful=maybe", "successful"),
        ("endpointId=", "endpointId"),
        ("endpoint=we_1", "endpoint"),
        ("limit=101", "limit"),
    ],
)
def test_a_mistyped_filter_is_refused(api: Caller, query: str, field: str) -> None:
    problem_of(api.get(f"webhook_deliveries?{query}"), 400, field)


def test_pages_hold_every_delivery_once(api: Caller) -> None:
    make_endpoint(api.project, "http://127.0.0.1:9/")
    for number in range(7):
        happens(api.project, f"ca_{number}")
    seen = [
        each["id"]
        for page in (1, 2, 3)
        for each in api.get(f"webhook_deliveries?limit=3&page={page}").json()["data"]
    ]
    assert len(seen) == len(set(seen)) == 7


def test_a_replay_sends_the_same_message_again(api: Caller, receiver: Receiver) -> None:
    made = make_endpoint(api.project, receiver.url)
    happens(api.project)
    (sent,) = take_turn()
    answer = api.post(f"webhook_deliveries/{sent.pk}/replay")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["id"], told["successful"], told["attempts"]) == (sent.pk, False, 1)
    assert told["nextAttemptAt"] is not None
    (again,) = take_turn()
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert second.opened(made.secret)
    assert (again.pk, again.attempts, again.successful) == (sent.pk, 2, True)
    event = Event.objects.get(type="webhook_delivery.replayed")
    assert (event.subject_id, event.actor_kind) == (sent.pk, "api_key")


def test_a_replay_of_what_was_given_up_has_three_more_days(api: Caller, receiver: Receiver) -> None:
    make_endpoint(api.project, receiver.url)
    happens(api.project)
    receiver.answer = status(500)
    WebhookDelivery.objects.update(tries=13)
    (given_up,) = take_turn()
    assert given_up.due_at is None
    time_goes_by(timedelta(days=4))
    WebhookEndpoint.objects.update(failing_since=None)
    api.post(f"webhook_deliveries/{given_up.pk}/replay")
    (tried,) = take_turn()
    assert tried.due_at is not None
    assert tried.due_at - timezone.now() < timedelta(seconds=10)


def test_what_is_being_sent_is_not_replayed(api: Caller) -> None:
    make_endpoint(api.project, "http://127.0.0.1:9/")
    happens(api.project)
    (leased,) = claim_deliveries(1, LEASE)
    problem_of(api.post(f"webhook_deliveries/{leased.pk}/replay"), 409)
    assert not Event.objects.filter(type="webhook_delivery.replayed").exists()


def test_nothing_is_replayed_to_an_endpoint_that_is_switched_off(api: Caller, receiver: Receiver) -> None:
    endpoint = make_endpoint(api.project, receiver.url).endpoint
    happens(api.project)
    (sent,) = take_turn()
    api.patch(f"webhook_endpoints/{endpoint.pk}", {"isDisabled": True})
    problem_of(api.post(f"webhook_deliveries/{sent.pk}/replay"), 409)


def test_a_test_is_not_replayed(api: Caller, receiver: Receiver) -> None:
    endpoint = make_endpoint(api.project, receiver.url).endpoint
    id = api.post(f"webhook_endpoints/{endpoint.pk}/test").json()["id"]
    problem_of(api.post(f"webhook_deliveries/{id}/replay"), 409)


def test_another_projects_delivery_is_no_different_from_none(api: Caller) -> None:
    make_endpoint(api.project, "http://127.0.0.1:9/")
    happens(api.project)
    delivery = WebhookDelivery.objects.get()
    other = make_caller()
    assert other.get("webhook_deliveries").json()["total"] == 0
    assert other.get(f"webhook_deliveries?endpointId={delivery.endpoint_id}").json()["total"] == 0
    problem_of(other.post(f"webhook_deliveries/{delivery.pk}/replay"), 404)


@pytest.mark.both_databases
def test_finished_ones_are_kept_for_thirty_days_and_deleted_endpoints_for_an_hour(
    api: Caller, receiver: Receiver
) -> None:
    made = make_endpoint(api.project, receiver.url)
    happens(api.project, "ca_1")
    take_turn()
    receiver.answer = status(500)
    happens(api.project, "ca_2")
    take_turn()
    time_goes_by(KEPT - timedelta(minutes=1))
    prune_webhooks()
    assert WebhookDelivery.objects.count() == 2
    time_goes_by(timedelta(minutes=2))
    prune_webhooks()
    assert [each.subject_id for each in WebhookDelivery.objects.all()] == ["ca_2"]
    api.delete(f"webhook_endpoints/{made.endpoint.pk}")
    prune_webhooks()
    assert WebhookEndpoint.objects.exists()
    time_goes_by(DELETED_KEPT + timedelta(minutes=1))
    prune_webhooks()
    assert not WebhookEndpoint.objects.exists()
