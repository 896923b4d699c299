"""An endpoint that wants no more, or has failed for days, is switched off, and its owner is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from flowra.actions.delete_webhook_endpoint import delete_webhook_endpoint
from flowra.actions.update_webhook_endpoint import update_webhook_endpoint
from flowra.events.record import SYSTEM
from flowra.models import Event, Notice, Project, WebhookDelivery
from flowra.webhooks import deliver
from flowra.webhooks.claim import claim_deliveries
from tests.flowra.webhooks.deeds import LEASE, happens, make_endpoint, take_turn, time_goes_by
from tests.flowra.webhooks.receiver import Receiver, status


def test_410_switches_the_endpoint_off_at_once_and_its_owner_is_told(
    project: Project, receiver: Receiver, worker_mails: Any
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    receiver.answer = status(410)
    happens(project, "ca_1")
    happens(project, "ca_2")
    (first,) = take_turn(limit=1)
    endpoint.refresh_from_db()
    assert (first.response_status, first.due_at, endpoint.is_disabled) == (410, None, True)
    assert "410" in endpoint.disabled_reason
    other = WebhookDelivery.objects.exclude(pk=first.pk).get()
    assert (other.due_at, other.successful, other.attempts) == (None, False, 0)
    assert "switched off" in other.detail
    event = Event.objects.get(type="webhook_endpoint.disabled")
    assert (event.actor_kind, event.subject_id) == ("worker", endpoint.pk)
    worker_mails()
    (letter,) = mail.outbox
    assert letter.to == ["owner@acme.example"]
    assert endpoint.pk in letter.body
    assert "410" in letter.body


@pytest.mark.both_databases
def test_after_five_days_of_nothing_but_failure_it_is_switched_off_and_its_owner_is_told(
    project: Project, receiver: Receiver, worker_mails: Any
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    receiver.answer = status(500)
    for day in range(5):
        happens(project, f"ca_{day}")
        take_turn(limit=1)
        endpoint.refresh_from_db()
        assert not endpoint.is_disabled
        time_goes_by(timedelta(days=1))
    happens(project, "ca_6")
    take_turn(limit=1)
    endpoint.refresh_from_db()
    assert endpoint.is_disabled
    assert "5 days" in endpoint.disabled_reason
    assert not WebhookDelivery.objects.filter(due_at__isnull=False).exists()
    worker_mails()
    assert [letter.to for letter in mail.outbox] == [["owner@acme.example"]]


def test_one_success_begins_the_days_anew(project: Project, receiver: Receiver) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    receiver.answer = status(500)
    happens(project, "ca_1")
    take_turn()
    time_goes_by(timedelta(days=4))
    receiver.answer = status(200)
    happens(project, "ca_2")
    while take_turn():
        pass
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    receiver.answer = status(500)
    time_goes_by(timedelta(days=4))
    happens(project, "ca_3")
    take_turn()
    endpoint.refresh_from_db()
    assert not endpoint.is_disabled
    assert endpoint.failing_since is not None


def test_switched_on_again_it_is_told_of_what_happens_then(project: Project, receiver: Receiver) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    update_webhook_endpoint(endpoint, SYSTEM, is_disabled=True)
    happens(project)
    update_webhook_endpoint(endpoint, SYSTEM, is_disabled=False)
    event = happens(project)
    take_turn()
    assert [got.id for got in receiver.got] == [event.pk]
    assert not Notice.objects.exists(), "who switches off by hand needs no letter"


def test_what_was_leased_when_its_endpoint_was_switched_off_is_not_sent(
    project: Project, receiver: Receiver
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    happens(project)
    (leased,) = claim_deliveries(1, LEASE)
    update_webhook_endpoint(endpoint, SYSTEM, is_disabled=True)
    deliver.deliver(leased)
    leased.refresh_from_db()
    assert receiver.got == []
    assert (leased.due_at, "switched off" in leased.detail) == (None, True)


def test_what_was_leased_when_its_endpoint_was_deleted_is_gone(project: Project, receiver: Receiver) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    happens(project)
    (leased,) = claim_deliveries(1, LEASE)
    delete_webhook_endpoint(endpoint, SYSTEM)
    deliver.deliver(leased)
    assert receiver.got == []
    assert not WebhookDelivery.objects.exists()
