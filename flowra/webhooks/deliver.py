"""One delivery, tried once: signed, sent, and its outcome recorded with what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from flowra import outbound, prepared
from flowra.due.row import settle
from flowra.errors import FlowraError
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.models.webhook import Secrets
from flowra.redaction import scrub_text
from flowra.webhooks.schedule import next_try
from flowra.webhooks.sign import signed_headers
from flowra.webhooks.switch_off import NOT_SENT, switch_off

TEST = "test"
"""The type of a message that an endpoint is tried with: it is sent once, also where the endpoint is switched off."""

SECONDS = 10.0
MAX_ANSWER_BYTES = 1_000_000
LONGEST_EXCERPT = 300
GONE = 410
NOTHING_BUT_FAILURE = timedelta(days=5)
"""An endpoint whose every delivery has failed for so long is switched off."""


@dataclass(frozen=True, slots=True)
class _Result:
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None

    @property
    def successful(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver(delivery: WebhookDelivery) -> None:
    """Acts on a leased row: one attempt, its outcome recorded in one transaction with what follows from it.

    2xx is success. 410 switches the endpoint off at once, and so does a failure after five days of nothing else; any
    other failure is tried again as the schedule says. No redirect is followed. Whoever dies in between leaves the row to
    its lease: the receiver may get the message again, with the same `webhook-id`.
    """
    endpoint = prepared.first("webhook endpoint", _by_id, {"id": delivery.endpoint_id})
    now = timezone.now()
    if endpoint is None or endpoint.deleted_at is not None:
        WebhookDelivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).delete()
        return
    if endpoint.is_disabled and delivery.event_type != TEST:
        settle(delivery, due_at=None, finished_at=now, detail=NOT_SENT)
        return
    result = _try(delivery, endpoint, now)
    _record(delivery, endpoint, result, timezone.now())


def _by_id(values: prepared.Values) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(pk=values["id"])


def _try(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: datetime) -> _Result:
    try:
        secrets = Secrets.from_stored(endpoint.secrets).good_at(now)
        answer = outbound.send(
            "POST",
            endpoint.url,
            headers={
                "content-type": "application/json",
                **signed_headers(delivery.message_id, delivery.payload, now, secrets),
            },
            content=delivery.payload.encode(),
            max_bytes=MAX_ANSWER_BYTES,
            timeout=SECONDS,
        )
    except FlowraError as error:
        return _Result(f"Not delivered: {error.message}")
    wait = answer.retry_after
    return _Result(_excerpt(answer.text), answer.status, None if wait is None else timedelta(seconds=wait))


def _excerpt(text: str) -> str:
    """The beginning of an answer as one line, masked; whole secrets are masked before it is cut."""
    readable = "".join(each if each.isprintable() else " " for each in text[: 20 * LONGEST_EXCERPT])
    line = " ".join(scrub_text(readable).split())
    return line if len(line) <= LONGEST_EXCERPT else f"{line[: LONGEST_EXCERPT - 1]}…"


def _record(delivery: WebhookDelivery, endpoint: WebhookEndpoint, result: _Result, now: datetime) -> None:
    gone = result.status == GONE
    again = None
    if not result.successful and not gone and delivery.event_type != TEST:
        again = next_try(delivery.tries + 1, delivery.waiting_since, now, result.retry_after)
    with transaction.atomic():
        settled = settle(
            delivery,
            due_at=again,
            tries=F("tries") + 1,
            response_status=result.status,
            detail=result.detail,
            successful=result.successful,
            finished_at=None if again else now,
        )
        if not settled:
            return
        if result.successful:
            _note_success(endpoint)
        elif gone:
            switch_off(endpoint, "It answered 410 Gone: it wants no more messages.")
        elif delivery.event_type != TEST:
            _note_failure(endpoint, now)


def _note_success(endpoint: WebhookEndpoint) -> None:
    if endpoint.failing_since is not None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)


def _note_failure(endpoint: WebhookEndpoint, now: datetime) -> None:
    endpoints = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if endpoints.filter(failing_since__isnull=True).update(failing_since=now):
        return
    # Asked anew, for a delivery beside this one may have been taken meanwhile.
    if endpoints.filter(failing_since__lte=now - NOTHING_BUT_FAILURE).exists():
        switch_off(endpoint, f"Every delivery has failed for {NOTHING_BUT_FAILURE.days} days.")
