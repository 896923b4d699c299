"""A message arrives signed, and whatever a receiver does has its outcome."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from flowra.actions.delete_webhook_endpoint import delete_webhook_endpoint
from flowra.actions.rotate_webhook_secret import OVERLAP, rotate_webhook_secret
from flowra.encryption import sealed_for
from flowra.events.record import SYSTEM
from flowra.models import Project, WebhookDelivery, WebhookEndpoint
from flowra.webhooks import deliver
from flowra.webhooks.schedule import WAITS
from flowra.webhooks.sign import new_secret
from tests.canned_server import Server
from tests.flowra.webhooks.deeds import (
    happens,
    make_endpoint,
    retries_are_due,
    take_turn,
)
from tests.flowra.webhooks.receiver import Receiver, drip, hang, reset, status


def test_a_message_arrives_signed_and_says_what_happened(project: Project, receiver: Receiver) -> None:
    made = make_endpoint(project, receiver.url)
    event = happens(project, "ca_7", about={"status": "EXPIRED"})
    (delivery,) = take_turn()
    (got,) = receiver.got
    told = got.opened(made.secret)
    assert (told["type"], told["data"]["accountId"], told["data"]["status"]) == (
        "account.expired",
        "ca_7",
        "EXPIRED",
    )
    assert (got.id, got.headers["content-type"]) == (event.pk, "application/json")
    assert got.body.decode() == delivery.payload
    assert (delivery.successful, delivery.response_status, delivery.attempts) == (True, 204, 1)
    assert delivery.due_at is None
    assert delivery.finished_at is not None


def test_another_secret_does_not_open_it(project: Project, receiver: Receiver) -> None:
    make_endpoint(project, receiver.url)
    happens(project)
    take_turn()
    with pytest.raises(WebhookVerificationError):
        receiver.got[0].opened(new_secret())


def test_during_a_rotation_both_secrets_open_it_and_after_it_the_new_one(
    project: Project, receiver: Receiver
) -> None:
    made = make_endpoint(project, receiver.url)
    fresh = rotate_webhook_secret(made.endpoint, SYSTEM)
    assert fresh != made.secret
    happens(project)
    take_turn()
    (both,) = receiver.got
    assert both.opened(fresh) == both.opened(made.secret)
    assert len(both.headers["webhook-signature"].split(" ")) == 2

    the_day_is_over(made.endpoint)
    happens(project)
    take_turn()
    later = receiver.got[-1]
    assert later.opened(fresh)
    assert len(later.headers["webhook-signature"].split(" ")) == 1
    with pytest.raises(WebhookVerificationError):
        later.opened(made.secret)


def the_day_is_over(endpoint: WebhookEndpoint) -> None:
    stored = WebhookEndpoint.objects.get(pk=endpoint.pk)
    secrets = stored.secrets
    ends = datetime.fromisoformat(secrets["previous_until"])
    assert timedelta() < OVERLAP - (ends - timezone.now()) < timedelta(minutes=1)
    stored.secrets = {**secrets, "previous_until": (ends - OVERLAP).isoformat()}
    stored.save()


def test_after_a_failure_it_comes_again_with_the_same_id_and_body(
    project: Project, receiver: Receiver
) -> None:
    made = make_endpoint(project, receiver.url)
    receiver.answer = status(500, b"Sorry:\n token=abcdefghijkl \x00 is   wrong")
    happens(project)
    (delivery,) = take_turn()
    assert (delivery.successful, delivery.response_status, delivery.finished_at) == (False, 500, None)
    assert delivery.due_at is not None
    assert delivery.due_at > timezone.now()
    assert "abcdefghijkl" not in delivery.detail
    assert delivery.detail.startswith("Sorry: ")
    assert take_turn() == []

    receiver.answer = status(200)
    retries_are_due()
    (delivery,) = take_turn()
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert second.opened(made.secret)
    assert (delivery.successful, delivery.attempts, delivery.due_at) == (True, 2, None)


def test_a_receiver_that_asks_for_time_gets_it(project: Project, receiver: Receiver) -> None:
    make_endpoint(project, receiver.url)
    receiver.answer = status(429, Retry_After="600")
    happens(project)
    (delivery,) = take_turn()
    assert delivery.due_at is not None
    assert delivery.due_at - timezone.now() > timedelta(seconds=590)


def test_after_three_days_of_retries_it_is_given_up(project: Project, receiver: Receiver) -> None:
    make_endpoint(project, receiver.url)
    receiver.answer = status(503)
    happens(project)
    for wait in WAITS:
        (delivery,) = take_turn()
        assert delivery.due_at is not None
        assert wait * 0.99 <= delivery.due_at - timezone.now() <= wait * 1.1
        retries_are_due()
    (delivery,) = take_turn()
    assert (delivery.due_at, delivery.successful, delivery.attempts) == (None, False, len(WAITS) + 1)
    assert delivery.finished_at is not None


def test_no_redirect_is_followed(project: Project, receiver: Receiver) -> None:
    with Receiver() as elsewhere:
        receiver.answer = status(307, location=elsewhere.url)
        make_endpoint(project, receiver.url)
        happens(project)
        (delivery,) = take_turn()
        assert (delivery.successful, delivery.response_status) == (False, 307)
        assert delivery.due_at is not None
        assert elsewhere.got == []


def test_a_receiver_that_hangs_or_drips_or_hangs_up_is_tried_again(
    project: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "SECONDS", 0.5)
    make_endpoint(project, receiver.url)
    over = threading.Event()
    for fault in (hang(over), drip, reset):
        receiver.answer = fault
        happens(project, "ca_1")
        (delivery,) = take_turn()
        assert (delivery.successful, delivery.response_status) == (False, None)
        assert delivery.due_at is not None
        assert delivery.detail.startswith("Not delivered: ")
        WebhookDelivery.objects.update(due_at=None)
    over.set()


def test_nobody_there_or_no_http_is_tried_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "SECONDS", 0.5)
    closed = Server(b"")
    closed.close()
    talking = Server(b"220 mail.example ESMTP\r\n")
    try:
        for url in (closed.url, talking.url):
            endpoint = make_endpoint(project, url).endpoint
            happens(project)
            (delivery,) = take_turn()
            assert (delivery.endpoint_id, delivery.response_status) == (endpoint.pk, None)
            assert delivery.due_at is not None
            delete_webhook_endpoint(endpoint, SYSTEM)
    finally:
        talking.close()


def test_an_address_that_may_no_longer_be_called_is_not_called(
    project: Project, receiver: Receiver, settings: Any
) -> None:
    make_endpoint(project, receiver.url)
    happens(project)
    settings.FLOWRA_OUTBOUND_ALLOW = ()
    (delivery,) = take_turn()
    assert receiver.got == []
    assert "public internet" in delivery.detail
    assert delivery.due_at is not None


def test_a_secret_that_cannot_be_opened_is_a_failure_in_words(project: Project, receiver: Receiver) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    happens(project)
    moved = sealed_for(WebhookEndpoint, "secrets", "we_another", {"current": "x"})
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(secrets=moved)
    (delivery,) = take_turn()
    assert receiver.got == []
    assert "secret" in delivery.detail
    assert delivery.due_at is not None
