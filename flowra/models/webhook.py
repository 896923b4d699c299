"""Webhooks: where a project wants to be told of what happens, and what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from flowra.due.row import DueRow
from flowra.encryption import SealedJSONField
from flowra.public_ids import MAX_LENGTH, new_id

from .project import Project

MAX_URL = 2_000
MAX_DESCRIPTION = 255


def _new_endpoint_id() -> str:
    return new_id("we")


def _new_delivery_id() -> str:
    return new_id("wd")


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What an endpoint's messages are signed with: `whsec_` and base64; the one before it until its time has come."""

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Secrets:
        """As `stored()` gave them."""
        until = stored.get("previous_until")
        return cls(
            stored["current"], stored.get("previous"), datetime.fromisoformat(until) if until else None
        )

    def stored(self) -> dict[str, Any]:
        """As the sealed column has them."""
        if self.previous is None or self.previous_until is None:
            return {"current": self.current}
        return {
            "current": self.current,
            "previous": self.previous,
            "previous_until": self.previous_until.isoformat(),
        }

    def good_at(self, now: datetime) -> list[str]:
        """Those to sign with at that time, the newest first."""
        if self.previous is None or self.previous_until is None or self.previous_until <= now:
            return [self.current]
        return [self.current, self.previous]


class LiveEndpoints(models.Manager["WebhookEndpoint"]):
    """Those that are not deleted."""

    def get_queryset(self) -> models.QuerySet[WebhookEndpoint]:
        """Without the deleted."""
        return super().get_queryset().filter(deleted_at__isnull=True)


class WebhookEndpoint(models.Model):
    """`events` are names of types, or `["*"]` for all. `secrets` changes only with `secrets_version`, the fence of a
    rotation. `failing_since` is the first failure after the last success, null while all is well.

    One that is deleted is switched off, without its secrets, and its row goes an hour later: an event that is being
    recorded meanwhile may still refer to it.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_endpoint_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField("URL", max_length=MAX_URL)
    events: models.JSONField[Any, Any] = models.JSONField(default=list)
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True)
    is_disabled = models.BooleanField(default=False)
    disabled_reason = models.TextField(blank=True)
    secrets = SealedJSONField()
    secrets_version = models.PositiveIntegerField(default=1, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager()
    live = LiveEndpoints()

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        indexes = [
            models.Index(
                fields=["project", "-created_at", "-id"],
                name="webhook_endpoint_of_project",
                condition=models.Q(deleted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.description or self.shown_url

    @property
    def shown_url(self) -> str:
        """The URL for lists and mails: without its query, which may hold a key."""
        address, question, _ = self.url.partition("?")
        return f"{address}?…" if question else address


class WebhookDelivery(DueRow):
    """One event to one endpoint, until it was taken or given up; `due_at` null: finished.

    `payload` is the body's text, exactly as it is signed and sent; `message_id` is its `webhook-id`, the event's own id,
    the same in every attempt. `attempts` (of DueRow) are those begun; `tries` are those that ended since
    `waiting_since`, when it became due or was last replayed. `detail` is short and for people: what the receiver
    answered, or why it could not be asked.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_delivery_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    event_type = models.CharField(max_length=40)
    message_id = models.CharField(max_length=MAX_LENGTH)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=MAX_LENGTH)
    payload = models.TextField()
    tries = models.PositiveIntegerField(default=0, editable=False)
    waiting_since = models.DateTimeField()
    response_status = models.PositiveSmallIntegerField(null=True)
    detail = models.TextField(blank=True)
    successful = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(
                fields=["due_at", "endpoint"],
                name="webhook_delivery_due",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["lease_until"],
                name="webhook_delivery_leased",
                condition=models.Q(lease_until__isnull=False),
            ),
            # What is unfinished of one endpoint and one subject: the lane in which order is kept.
            models.Index(
                fields=["endpoint", "subject_id", "created_at"],
                name="webhook_delivery_lane",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(fields=["project", "-created_at", "-id"], name="webhook_delivery_of_project"),
            models.Index(
                fields=["finished_at"],
                name="webhook_delivery_finished",
                condition=models.Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint_id}"
