"""The project's webhook endpoints, and one of them: how it stands and what it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.dashboard.developer.deliveries import rows_of
from accounts.dashboard.gate import Here, for_members, show
from flowra.actions.create_webhook_endpoint import AT_MOST
from flowra.actions.find_webhook import find_webhook_endpoint
from flowra.actions.replay_failed import failed_since
from flowra.events.deliveries import EVERYTHING
from flowra.models import Project, Role, WebhookDelivery, WebhookEndpoint
from flowra.pages.moments import moment
from flowra.pages.trail_words import events_of, words_of_type
from flowra.pages.webhook_words import state_badge, state_of

LAST = 10
SINCE = {
    "hour": ("the last hour", timedelta(hours=1)),
    "day": ("the last day", timedelta(days=1)),
    "week": ("the last 7 days", timedelta(days=7)),
    "all": ("the last 30 days", timedelta(days=30)),
}


@dataclass(frozen=True, slots=True)
class ToldEndpoint:
    """One endpoint as pages tell it."""

    endpoint: WebhookEndpoint
    state: str
    badge: SafeString
    failing: SafeString
    made: SafeString
    is_all: bool
    types: list[str]


@for_members(Role.DEVELOPER)
def webhooks(request: HttpRequest, here: Here) -> HttpResponse:
    """All endpoints, newest first: there are at most twenty."""
    found = endpoints_of(here.project)
    context = {"endpoints": [told(each) for each in found], "is_full": len(found) >= AT_MOST}
    return show(request, here, "developer/webhooks.html", "Webhooks", context)


@for_members(Role.DEVELOPER)
def webhook(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """One endpoint: its state, the last of what it was sent, what can be done."""
    endpoint = find_webhook_endpoint(here.project, id)
    return show(
        request,
        here,
        "developer/webhook.html",
        endpoint.description or endpoint.shown_url,
        about(here, endpoint),
    )


def about(here: Here, endpoint: WebhookEndpoint) -> dict[str, Any]:
    """What the endpoint's page tells."""
    deliveries = WebhookDelivery.objects.filter(endpoint_id=endpoint.pk).defer("payload")
    failed = failed_since(endpoint, timezone.now() - SINCE["all"][1])
    return {
        "told": told(endpoint),
        "deliveries": rows_of(here, deliveries.order_by("-created_at", "-pk")[:LAST]),
        "deliveries_url": f"{here.url('deliveries')}?endpoint={endpoint.pk}",
        "has_failed": failed.exists(),
        "since": [(value, words) for value, (words, _) in SINCE.items()],
        "events": events_of("webhook_endpoint", endpoint.pk)[:20],
    }


def endpoints_of(project: Project) -> QuerySet[WebhookEndpoint]:
    """Without their secrets, newest first."""
    return WebhookEndpoint.live.filter(project_id=project.pk).defer("secrets").order_by("-created_at", "-pk")


def told(endpoint: WebhookEndpoint) -> ToldEndpoint:
    """The endpoint in words."""
    is_all = EVERYTHING in endpoint.events
    return ToldEndpoint(
        endpoint=endpoint,
        state=state_of(endpoint),
        badge=state_badge(endpoint),
        failing=moment(endpoint.failing_since),
        made=moment(endpoint.created_at),
        is_all=is_all,
        types=[] if is_all else [words_of_type(each) for each in endpoint.events],
    )
