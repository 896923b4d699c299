"""What is kept of webhooks for a time only."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from flowra.models import WebhookDelivery, WebhookEndpoint

KEPT = timedelta(days=30)
DELETED_KEPT = timedelta(hours=1)
BATCH = 500


def prune_webhooks() -> None:
    """Removes deliveries that were finished 30 days ago, and the rows of endpoints that were deleted an hour ago."""
    now = timezone.now()
    old = WebhookDelivery.objects.filter(finished_at__lt=now - KEPT)
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        WebhookDelivery.objects.filter(pk__in=keys, finished_at__lt=now - KEPT).delete()
    WebhookEndpoint.objects.filter(deleted_at__lt=now - DELETED_KEPT).delete()
