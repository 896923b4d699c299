"""What webhook endpoints were sent: the list, one delivery with its body and answer, and sending it again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from accounts.dashboard.developer.subjects import Subject, subjects_of_deliveries
from accounts.dashboard.gate import Here, for_members, show
from flowra.actions.find_webhook import find_webhook_delivery
from flowra.actions.replay_delivery import replay_delivery
from flowra.api.keyset import KeysetPagination
from flowra.errors import InvalidInput
from flowra.events.names import WEBHOOK_TYPES
from flowra.models import Role, WebhookDelivery, WebhookEndpoint
from flowra.pages.moments import moment
from flowra.pages.webhook_words import (
    OUTCOMES_ASKED,
    outcome_badge,
    outcome_of,
    types_to_choose,
    words_of_event,
)
from flowra.webhooks.deliver import TEST

A_PAGE = 50
TYPES = (*(each.value for each in WEBHOOK_TYPES), TEST)


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery as lists tell it."""

    delivery: WebhookDelivery
    what: str
    subject: Subject
    badge: SafeString
    when: SafeString
    next: SafeString | None


@for_members(Role.DEVELOPER)
def deliveries(request: HttpRequest, here: Here) -> HttpResponse:
    """A page of them, newest first; `endpoint`, `event`, `outcome` and `cursor` are in the address."""
    asked = {name: request.GET.get(name, "").strip() for name in ("endpoint", "event", "outcome")}
    found = WebhookDelivery.objects.filter(project_id=here.project.pk, endpoint__deleted_at__isnull=True)
    if asked["endpoint"]:
        found = found.filter(endpoint_id=asked["endpoint"])
    if asked["event"]:
        if asked["event"] not in TYPES:
            raise InvalidInput.field("event", "is no type that webhooks carry")
        found = found.filter(event_type=asked["event"])
    if asked["outcome"]:
        if asked["outcome"] not in OUTCOMES_ASKED:
            raise InvalidInput.field("outcome", f"must be one of {', '.join(OUTCOMES_ASKED)}")
        found = found.filter(OUTCOMES_ASKED[asked["outcome"]][1])
    pages = KeysetPagination(
        column="created_at",
        descending=True,
        limit=A_PAGE,
        cursor=request.GET.get("cursor", ""),
        query=("dashboard deliveries", here.project.pk, *asked.values()),
        key_of=_key,
    )
    rows = pages.paginate_queryset(found.select_related("endpoint").defer("payload", "endpoint__secrets"))
    live = WebhookEndpoint.live.filter(project_id=here.project.pk).only("id", "url", "description")
    narrowed = {name: value for name, value in asked.items() if value}
    context = {
        "rows": rows_of(here, rows),
        "asked": asked,
        "dropped": [
            (words, f"?{urlencode({name: value for name, value in narrowed.items() if name != dropped})}")
            for dropped, words in (
                ("endpoint", "the endpoint"),
                ("event", "the event"),
                ("outcome", "the outcome"),
            )
            if asked[dropped]
        ],
        "endpoints": [(each.pk, str(each)) for each in live.order_by("-created_at", "-pk")],
        "types": [*types_to_choose(), (TEST, words_of_event(TEST))],
        "outcomes": [(value, capfirst(words)) for value, (words, _) in OUTCOMES_ASKED.items()],
        "newest": f"?{urlencode(narrowed)}" if request.GET.get("cursor") else "",
        "older": f"?{urlencode({**narrowed, 'cursor': pages.next_cursor})}" if pages.next_cursor else "",
    }
    return show(request, here, "developer/deliveries.html", "Deliveries", context)


@for_members(Role.DEVELOPER)
def delivery(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """What was sent, how often, what was answered, when it is tried again."""
    found = find_webhook_delivery(here.project, id)
    context = {
        "delivery": found,
        "what": words_of_event(found.event_type),
        "badge": outcome_badge(found),
        "outcome": outcome_of(found),
        "subject": subjects_of_deliveries(here, [found])[found.pk],
        "is_test": found.event_type == TEST,
        "is_under_way": found.lease_until is not None,
        "made": moment(found.created_at),
        "finished": moment(found.finished_at, "not yet"),
        "next": moment(found.due_at, "none"),
        "payload": _pretty(found.payload),
    }
    title = f"{words_of_event(found.event_type)}"
    return show(request, here, "developer/delivery.html", title, context)


@require_POST
@for_members(Role.DEVELOPER)
def replay(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST sends it again."""
    found = replay_delivery(find_webhook_delivery(here.project, id), here.actor)
    messages.success(
        request,
        "It is sent again, with the same webhook-id and body. Load this page anew to see how it went.",
    )
    return HttpResponseRedirect(here.url("delivery", found.pk))


def rows_of(here: Here, found: Iterable[WebhookDelivery]) -> list[Row]:
    """The deliveries in words; what each is about by its name."""
    deliveries = list(found)
    subjects = subjects_of_deliveries(here, deliveries)
    return [
        Row(
            each,
            words_of_event(each.event_type),
            subjects[each.pk],
            outcome_badge(each),
            moment(each.created_at),
            moment(each.due_at) if each.due_at else None,
        )
        for each in deliveries
    ]


def _key(delivery: WebhookDelivery) -> tuple[datetime, str]:
    return delivery.created_at, delivery.pk


def _pretty(payload: str) -> str:
    """Indented, with the characters that the body has escaped."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload
