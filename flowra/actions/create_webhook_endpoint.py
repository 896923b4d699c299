"""A new webhook endpoint: its secret is answered this once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from flowra.errors import Conflict
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project, WebhookEndpoint
from flowra.models.webhook import Secrets
from flowra.webhooks.sign import new_secret

from .checked_webhook import checked_description, checked_events, checked_url

# Each event is written once for each of them, in the deed's own transaction.
AT_MOST = 20


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """The endpoint, and its secret for whoever verifies."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


def create_webhook_endpoint(
    project: Project, *, actor: Actor, url: str, events: Sequence[str], description: str = ""
) -> NewEndpoint:
    """Stores it with the event; it is told of what happens from then on.

    Raises InvalidInput naming `url`, `events` or `description`, and Conflict when the project has twenty.
    """
    secret = new_secret()
    endpoint = WebhookEndpoint(
        project=project,
        events=checked_events(events),
        description=checked_description(description),
        url=checked_url(url),
    )
    endpoint.secrets = Secrets(secret).stored()
    with transaction.atomic():
        endpoint.save(force_insert=True)
        if WebhookEndpoint.live.filter(project_id=project.pk).count() > AT_MOST:
            raise Conflict(
                f"A project has at most {AT_MOST} webhook endpoints. Delete one first.",
                code="too_many_webhook_endpoints",
            )
        record(
            EventType.WEBHOOK_ENDPOINT_CREATED,
            project_id=project.pk,
            subject=("webhook_endpoint", endpoint.pk),
            actor=actor,
            data={"url": endpoint.shown_url, "events": endpoint.events},
        )
    return NewEndpoint(endpoint, secret)
