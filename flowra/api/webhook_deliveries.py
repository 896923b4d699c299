"""`webhook_deliveries`: what a project's webhook endpoints were sent, how that went, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers

from flowra.actions.find_webhook import find_webhook_delivery
from flowra.actions.replay_delivery import replay_delivery
from flowra.events.names import WEBHOOK_TYPES
from flowra.models import WebhookDelivery
from flowra.webhooks.deliver import TEST

from .pages import page_answer, page_parameters, window_of
from .query import Choice, Flag, Query, Text
from .rendering import instant, json_answer
from .schema import endpoint, page_of
from .views import ApiRequest, ApiView

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[Any]
else:
    AnySerializer = serializers.Serializer

DELIVERIES_QUERY = Query(
    Text("endpointId", "To this endpoint.", narrows=True),
    Choice("event", (*(each.value for each in WEBHOOK_TYPES), TEST), description="Of this type."),
    Flag("successful", None, "Whether it was taken; what is still being tried is not, so far."),
    *page_parameters(sort_by=("createdAt",), sorted_by="createdAt"),
)


class WebhookDeliveryShown(AnySerializer):
    """One event to one endpoint."""

    id = serializers.CharField()
    endpointId = serializers.CharField()
    event = serializers.CharField(help_text="The type, as in the message.")
    messageId = serializers.CharField(
        help_text="The `webhook-id`: the event's id, the same in every attempt."
    )
    attempts = serializers.IntegerField()
    responseStatus = serializers.IntegerField(
        allow_null=True, help_text="Of the last attempt; null when there was no answer."
    )
    detail = serializers.CharField(
        allow_blank=True, help_text="How the last answer began, secrets masked, or why there was none."
    )
    successful = serializers.BooleanField()
    nextAttemptAt = serializers.DateTimeField(allow_null=True, help_text="Null when it is finished.")
    createdAt = serializers.DateTimeField()


DELIVERY_PAGE = page_of("WebhookDelivery", WebhookDeliveryShown(many=True))


class WebhookDeliveries(ApiView):
    """The project's deliveries; those that are finished are kept for 30 days."""

    scopes: ClassVar = {"GET": "webhooks:write"}
    query: ClassVar = {"GET": DELIVERIES_QUERY}

    @endpoint(answers=DELIVERY_PAGE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of deliveries, newest first."""
        asked = request.query
        window = window_of(asked)
        found = _asked_for(WebhookDelivery.objects.filter(project_id=request.project.pk), asked)
        sign = "" if asked["sortOrder"] == "asc" else "-"
        rows = window.of(found.defer("payload").order_by(f"{sign}created_at", f"{sign}id"))
        return page_answer(
            [present_delivery(each) for each in rows],
            total=found.count(),
            window=window,
            message="Webhook deliveries.",
        )


class ReplayWebhookDelivery(ApiView):
    """Sending a delivery again."""

    scopes: ClassVar = {"POST": "webhooks:write"}

    @endpoint(answers=WebhookDeliveryShown, fails=(404, 409))
    def post(self, request: ApiRequest, id: str) -> HttpResponse:
        """Makes it due now, with the same `webhook-id` and body, and three days of retries; also one that was taken."""
        delivery = find_webhook_delivery(request.project, id)
        return json_answer(present_delivery(replay_delivery(delivery, request.actor)))


def _asked_for(found: QuerySet[WebhookDelivery], asked: dict[str, Any]) -> QuerySet[WebhookDelivery]:
    found = found.filter(endpoint__deleted_at__isnull=True)
    if asked["endpointId"]:
        found = found.filter(endpoint_id=asked["endpointId"])
    if asked["event"]:
        found = found.filter(event_type=asked["event"])
    if asked["successful"] is not None:
        found = found.filter(successful=asked["successful"])
    return found


def present_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    """The delivery as the contract shows it."""
    return {
        "id": delivery.pk,
        "endpointId": delivery.endpoint_id,
        "event": delivery.event_type,
        "messageId": delivery.message_id,
        "attempts": delivery.attempts,
        "responseStatus": delivery.response_status,
        "detail": delivery.detail,
        "successful": delivery.successful,
        "nextAttemptAt": instant(delivery.due_at),
        "createdAt": instant(delivery.created_at),
    }
