"""Switching an endpoint off: nothing is sent to it any more, and what was waiting ends."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from flowra.events.names import EventType
from flowra.events.record import WORKER, Actor, record
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.notices.tell_owner import tell_owner

NOT_SENT = "Not sent: the endpoint was switched off."


def switch_off(endpoint: WebhookEndpoint, reason: str, actor: Actor = WORKER) -> bool:
    """Switches it off with the event; answers whether it was on.

    Whatever was waiting for it is finished, unsent; it can be replayed. When Flowra does it by itself, the project's
    owner is told by mail.
    """
    now = timezone.now()
    with transaction.atomic():
        switched = WebhookEndpoint.live.filter(pk=endpoint.pk, is_disabled=False).update(
            is_disabled=True, disabled_reason=reason, updated_at=now
        )
        if not switched:
            return False
        end_waiting(endpoint)
        record(
            EventType.WEBHOOK_ENDPOINT_DISABLED,
            project_id=endpoint.project_id,
            subject=("webhook_endpoint", endpoint.pk),
            actor=actor,
            reason=reason,
            data={"url": endpoint.shown_url},
        )
        if actor == WORKER:
            tell_owner(endpoint.project_id, *_words(endpoint, reason))
    endpoint.is_disabled, endpoint.disabled_reason, endpoint.updated_at = True, reason, now
    return True


def end_waiting(endpoint: WebhookEndpoint) -> None:
    """Finishes what waits for it, in the caller's transaction; attempts under way record their own outcome."""
    waiting = WebhookDelivery.objects.filter(endpoint_id=endpoint.pk, due_at__isnull=False)
    waiting.filter(lease_until__isnull=True).update(due_at=None, finished_at=timezone.now(), detail=NOT_SENT)


def _words(endpoint: WebhookEndpoint, reason: str) -> tuple[str, str]:
    name = endpoint.project.name
    text = f"""\
Flowra has switched off a webhook endpoint of the project {name}:

  {endpoint.shown_url}
  {endpoint.pk}

{reason}

Nothing is sent to it any more. When it answers again, switch it on:

  PATCH {settings.FLOWRA_PUBLIC_URL}/api/v1/webhook_endpoints/{endpoint.pk}  {{"isDisabled": false}}

What happened meanwhile is not sent by itself. Deliveries that were waiting can be replayed
(POST /api/v1/webhook_deliveries/ID/replay) for 30 days; read the accounts anew for all else.
"""
    return f"A webhook endpoint of {name} was switched off", text
