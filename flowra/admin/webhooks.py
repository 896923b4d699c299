"""Webhook endpoints and what they were sent, looked at by support, and the few deeds that support does on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flowra.actions.replay_delivery import replay_delivery
from flowra.actions.update_webhook_endpoint import update_webhook_endpoint
from flowra.errors import FlowraError
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.pages.moments import moment
from flowra.pages.names import cut_in_the_middle
from flowra.pages.staff import actor_of
from flowra.pages.webhook_words import (
    ENDPOINT_STATES,
    OUTCOMES,
    OUTCOMES_ASKED,
    events_in_words,
    outcome_of,
    state_of,
)

from .filters import AgeFilter, Choices, ProjectFilter, ReferenceFilter, WordsFilter
from .pages import ReadOnlyPages

AT_MOST = 200


class StateFilter(WordsFilter):
    """By how an endpoint is."""

    title = "state"
    parameter_name = "state"

    def choices_of(self, request: HttpRequest) -> Choices:
        """Well, failing, or off."""
        return [("well", "well"), ("failing", "failing"), ("off", "switched off")]

    def chosen(self, value: str) -> Q:
        """By the switch and the last outcome."""
        if value == "off":
            return Q(is_disabled=True)
        return Q(is_disabled=False, failing_since__isnull=value == "well")


class OutcomeFilter(WordsFilter):
    """By how a delivery went."""

    title = "outcome"
    parameter_name = "outcome"

    def choices_of(self, request: HttpRequest) -> Choices:
        """Taken, waiting, or given up."""
        return [(value, words) for value, (words, _) in OUTCOMES_ASKED.items()]

    def chosen(self, value: str) -> Q:
        """By the outcome."""
        return OUTCOMES_ASKED[value][1]


class EndpointFilter(ReferenceFilter):
    """By endpoint."""

    title = "endpoint"
    parameter_name = "endpoint"
    field = "endpoint_id"

    def things(self) -> QuerySet[Any]:
        """Those that are not deleted."""
        return WebhookEndpoint.live.defer("secrets")


class MadeFilter(AgeFilter):
    """By when it was."""

    title = "when"
    parameter_name = "at"
    field = "created_at"


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyPages):
    """Made through the API, where the secret is shown; here looked at and switched."""

    list_title = "Webhook endpoints"
    list_display = ("address", "project", "events_in_words", "state", "failing", "made")
    list_filter = (StateFilter, ProjectFilter)
    search_fields = ("=id", "description", "url")
    search_help_text = "An id, a word of the description, or a part of the URL."
    ordering = ("-created_at", "-id")
    fields = (
        "address",
        "id",
        "description",
        "project",
        "events_in_words",
        "state",
        "disabled_reason",
        "failing",
        "sent",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields
    actions = ("switch_off", "switch_on")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that are not deleted, without their secrets."""
        found: QuerySet[WebhookEndpoint] = super().get_queryset(request)
        return (
            found.filter(deleted_at__isnull=True).select_related("project").defer("project__logo", "secrets")
        )

    @admin.display(description="URL", ordering="url")
    def address(self, endpoint: WebhookEndpoint) -> str:
        """Without its query, which may hold a key."""
        return cut_in_the_middle(endpoint.shown_url, 80)

    @admin.display(description="is told of")
    def events_in_words(self, endpoint: WebhookEndpoint) -> str:
        """All, or the types."""
        return events_in_words(endpoint.events)

    @admin.display(description="state")
    def state(self, endpoint: WebhookEndpoint) -> str:
        """In words."""
        return ENDPOINT_STATES[state_of(endpoint)][2]

    @admin.display(description="failing since", ordering="failing_since")
    def failing(self, endpoint: WebhookEndpoint) -> SafeString:
        """As people say it."""
        return moment(endpoint.failing_since, "not failing")

    @admin.display(description="made", ordering="created_at")
    def made(self, endpoint: WebhookEndpoint) -> SafeString:
        """As people say it."""
        return moment(endpoint.created_at)

    @admin.display(description="deliveries")
    def sent(self, endpoint: WebhookEndpoint) -> SafeString:
        """Where they are listed."""
        url = reverse("admin:flowra_webhookdelivery_changelist")
        return format_html("<a href='{}?endpoint={}'>What it was sent</a>", url, endpoint.pk)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may switch endpoints off and on."""
        return request.user.has_perm("flowra.change_webhookendpoint")

    @admin.action(description="Switch off: nothing is sent, and what waits ends", permissions=["switch"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        """Each by itself; those that are off are left alone."""
        self._switch(request, queryset, off=True)

    @admin.action(description="Switch on", permissions=["switch"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        """Each by itself; those that are on are left alone."""
        self._switch(request, queryset, off=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Any], *, off: bool) -> None:
        done = 0
        for endpoint in queryset.filter(is_disabled=not off)[:AT_MOST]:
            try:
                update_webhook_endpoint(endpoint, actor_of(request), is_disabled=off)
            except FlowraError as error:
                self.message_user(request, f"{endpoint}: {error.message}", messages.ERROR)
            else:
                done += 1
                self.log_change(request, endpoint, f"Switched {'off' if off else 'on'}.")
        word = "endpoint" if done == 1 else "endpoints"
        self.message_user(request, f"{done} {word} switched {'off' if off else 'on'}.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyPages):
    """Looked at, and sent again."""

    list_title = "Webhook deliveries"
    list_display = (
        "event_type",
        "subject_id",
        "endpoint",
        "outcome",
        "response_status",
        "attempts",
        "made",
        "next",
    )
    list_filter = (OutcomeFilter, EndpointFilter, MadeFilter, ProjectFilter)
    search_fields = ("=id", "=message_id", "=subject_id")
    search_help_text = "The id of a delivery, of a message, or of what it is about."
    ordering = ("-created_at", "-id")
    fields = (
        "event_type",
        "id",
        "message_id",
        "subject_id",
        "endpoint",
        "project",
        "outcome",
        "response_status",
        "detail",
        "attempts",
        "created_at",
        "next",
        "finished_at",
        "payload",
    )
    readonly_fields = fields
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the endpoints' and projects' names alone."""
        found: QuerySet[WebhookDelivery] = super().get_queryset(request)
        found = found.filter(endpoint__deleted_at__isnull=True).select_related("endpoint", "project")
        return found.defer("project__logo", "endpoint__secrets")

    @admin.display(description="outcome")
    def outcome(self, delivery: WebhookDelivery) -> str:
        """In words."""
        return OUTCOMES[outcome_of(delivery)][2]

    @admin.display(description="when", ordering="created_at")
    def made(self, delivery: WebhookDelivery) -> SafeString:
        """As people say it."""
        return moment(delivery.created_at)

    @admin.display(description="next attempt", ordering="due_at")
    def next(self, delivery: WebhookDelivery) -> SafeString:
        """As people say it."""
        return moment(delivery.due_at, "none")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may send deliveries again."""
        return request.user.has_perm("flowra.change_webhookdelivery")

    @admin.action(description="Send again", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each by itself; a refusal is told, and the others go on."""
        done = 0
        for delivery in queryset[:AT_MOST]:
            try:
                replay_delivery(delivery, actor_of(request))
            except FlowraError as error:
                self.message_user(
                    request, f"{delivery.event_type} {delivery.pk}: {error.message}", messages.ERROR
                )
            else:
                done += 1
                self.log_change(request, delivery, "Sent again.")
        self.message_user(request, f"{done} {'delivery is' if done == 1 else 'deliveries are'} sent again.")
