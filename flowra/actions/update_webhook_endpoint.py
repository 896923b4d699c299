"""Changing a webhook endpoint, and switching it off and on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import WebhookEndpoint
from flowra.webhooks.switch_off import switch_off

from .checked_webhook import checked_description, checked_events, checked_url
from .find_webhook import no_such_endpoint

BY_HAND = "Switched off by hand."


def update_webhook_endpoint(
    endpoint: WebhookEndpoint,
    actor: Actor,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    is_disabled: bool | None = None,
) -> WebhookEndpoint:
    """Changes what is not None, with the events. What waits goes to the new URL.

    Switched off, it gets nothing and what was waiting ends; switched on, it gets what happens from then on. Raises
    InvalidInput naming `url`, `events` or `description`, and NotFound when it was deleted meanwhile.
    """
    changes: dict[str, Any] = {}
    if events is not None:
        changes["events"] = checked_events(events)
    if description is not None:
        changes["description"] = checked_description(description)
    if url is not None and url.strip() != endpoint.url:
        changes["url"] = checked_url(url)
    changes = {field: value for field, value in changes.items() if value != getattr(endpoint, field)}
    with transaction.atomic():
        if changes:
            _change(endpoint, actor, changes)
        if is_disabled is True:
            switch_off(endpoint, BY_HAND, actor)
        elif is_disabled is False:
            _switch_on(endpoint, actor)
    return endpoint


def _change(endpoint: WebhookEndpoint, actor: Actor, changes: dict[str, Any]) -> None:
    now = timezone.now()
    before = {field: _shown(endpoint, field) for field in changes}
    if not WebhookEndpoint.live.filter(pk=endpoint.pk).update(**changes, updated_at=now):
        raise no_such_endpoint()
    for field, value in {**changes, "updated_at": now}.items():
        setattr(endpoint, field, value)
    record(
        EventType.WEBHOOK_ENDPOINT_UPDATED,
        project_id=endpoint.project_id,
        subject=("webhook_endpoint", endpoint.pk),
        actor=actor,
        data={field: {"from": before[field], "to": _shown(endpoint, field)} for field in changes},
    )


def _shown(endpoint: WebhookEndpoint, field: str) -> Any:
    return endpoint.shown_url if field == "url" else getattr(endpoint, field)


def _switch_on(endpoint: WebhookEndpoint, actor: Actor) -> None:
    now = timezone.now()
    switched = WebhookEndpoint.live.filter(pk=endpoint.pk, is_disabled=True).update(
        is_disabled=False, disabled_reason="", failing_since=None, updated_at=now
    )
    if not switched:
        return
    endpoint.is_disabled, endpoint.disabled_reason = False, ""
    endpoint.failing_since, endpoint.updated_at = None, now
    record(
        EventType.WEBHOOK_ENDPOINT_ENABLED,
        project_id=endpoint.project_id,
        subject=("webhook_endpoint", endpoint.pk),
        actor=actor,
    )
