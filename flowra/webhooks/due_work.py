"""What falls due of webhooks and notices, for the worker."""

from __future__ import annotations

from datetime import timedelta

from flowra.due.kinds import Chore, DueKind, at_first_use, register_chore, register_kind
from flowra.models import Notice, WebhookDelivery
from flowra.webhooks.claim import claim_deliveries


def register() -> None:
    """Called once when the app is ready."""
    # A lease outlives what its act may take: a call of 15 s at most, and its outcome. However many receivers are slow,
    # they leave a quarter of the threads to what keeps people connected.
    register_kind(
        "webhook_delivery",
        DueKind(
            WebhookDelivery,
            at_first_use("flowra.webhooks.deliver.deliver"),
            lease=timedelta(seconds=60),
            claim=claim_deliveries,
            share=0.75,
        ),
    )
    # Mail servers answer within their own time limit, of which a conversation takes several.
    register_kind(
        "notice",
        DueKind(
            Notice,
            at_first_use("flowra.notices.send_notice.send_notice"),
            lease=timedelta(minutes=5),
            share=0.25,
        ),
    )
    register_chore(
        "webhooks", Chore(at_first_use("flowra.webhooks.prune.prune_webhooks"), every=timedelta(hours=1))
    )
    register_chore(
        "notices", Chore(at_first_use("flowra.notices.send_notice.prune_notices"), every=timedelta(hours=6))
    )
