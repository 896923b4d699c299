"""Which deliveries a worker may take now: a few of one endpoint at a time, one of a subject, the older ones first.

In order: a delivery waits while an older one of the same endpoint and subject is unfinished and less than five minutes
old. After that the younger ones go ahead, so that one message that a receiver chokes on does not hold the others back
for days. And two of the same endpoint and subject are never under way at once, however old they are.

Fair: at most three of one endpoint are under way at once, one where the last attempt failed; and endpoints whose last
attempt failed are served with the threads that the others leave.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from flowra.due.row import due_and_free
from flowra.models import WebhookDelivery, WebhookEndpoint

HOLDS_OTHERS_BACK = timedelta(minutes=5)
AT_ONCE = 3
AT_ONCE_WHILE_FAILING = 1
_LOOKED_AT = 100


def claim_deliveries(limit: int, lease: timedelta) -> list[WebhookDelivery]:
    """Up to `limit` deliveries, leased to the caller; at once free for nobody else."""
    taken: list[str] = []
    now = timezone.now()
    until = now + lease
    failing = set(
        WebhookEndpoint.objects.filter(failing_since__isnull=False, is_disabled=False).values_list(
            "pk", flat=True
        )
    )
    passed = set(_full(now))
    for among_failing in (False, True):
        if among_failing and not failing - passed:
            break
        while len(taken) < limit:
            ripe = _ripe(now, passed, failing, among_failing=among_failing)
            if not ripe:
                break
            passed |= set(ripe)
            for endpoint_id, keys in ripe.items():
                if len(taken) < limit:
                    taken += _take(endpoint_id, keys, limit - len(taken), now, until)
    if not taken:
        return []
    leased = WebhookDelivery.objects.filter(pk__in=taken, lease_until=until)
    return list(leased.select_related("endpoint").order_by("due_at"))


def _full(now: datetime) -> list[str]:
    """Endpoints of which as many deliveries are under way as may be."""
    under_way = (
        WebhookDelivery.objects.filter(lease_until__gte=now)
        .values("endpoint_id", failing=F("endpoint__failing_since"))
        .annotate(count=Count("pk"))
    )
    return [each["endpoint_id"] for each in under_way if each["count"] >= _may(each["failing"])]


def _may(failing_since: datetime | None) -> int:
    return AT_ONCE if failing_since is None else AT_ONCE_WHILE_FAILING


def _ripe(
    now: datetime, passed: Collection[str], failing: Collection[str], *, among_failing: bool
) -> dict[str, list[str]]:
    """Deliveries that could be taken, by their endpoints, those that waited longest first."""
    found = WebhookDelivery.objects.filter(ready(now)).order_by("due_at")
    if among_failing:
        found = found.filter(endpoint_id__in=set(failing) - set(passed))
    else:
        found = found.exclude(endpoint_id__in={*passed, *failing})
    ripe: dict[str, list[str]] = {}
    for endpoint_id, pk in found.values_list("endpoint_id", "pk")[:_LOOKED_AT]:
        ripe.setdefault(endpoint_id, []).append(pk)
    return ripe


def _take(endpoint_id: str, ripe: Sequence[str], limit: int, now: datetime, until: datetime) -> list[str]:
    """Leases what may still be taken of one endpoint; nothing while another worker does the same.

    The endpoint's row is locked meanwhile, so that what is counted and compared here stays true until it is stored.
    """
    with transaction.atomic():
        endpoints = WebhookEndpoint.objects.filter(pk=endpoint_id)
        if connection.features.has_select_for_update_skip_locked:
            endpoints = endpoints.select_for_update(skip_locked=True, no_key=True)
        endpoint = endpoints.only("failing_since").first()
        if endpoint is None:
            return []
        under_way = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, lease_until__gte=now).count()
        room = min(limit, _may(endpoint.failing_since) - under_way)
        if room <= 0:
            return []
        found = WebhookDelivery.objects.filter(ready(now), pk__in=ripe).order_by("due_at")
        chosen: dict[tuple[str, str], str] = {}
        for pk, *lane in found.values_list("pk", "subject_kind", "subject_id"):
            chosen.setdefault((lane[0], lane[1]), pk)
        keys = list(chosen.values())[:room]
        WebhookDelivery.objects.filter(due_and_free(now), pk__in=keys).update(
            lease_until=until, attempts=F("attempts") + 1
        )
        return keys


def ready(now: datetime) -> Q:
    """Due, free, and with nothing of its lane before it."""
    lane = WebhookDelivery.objects.filter(
        endpoint_id=OuterRef("endpoint_id"),
        subject_id=OuterRef("subject_id"),
        subject_kind=OuterRef("subject_kind"),
        due_at__isnull=False,
    ).exclude(pk=OuterRef("pk"))
    older = Q(created_at__lt=OuterRef("created_at")) | Q(
        created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")
    )
    holding = older & Q(created_at__gt=now - HOLDS_OTHERS_BACK)
    return due_and_free(now) & Q(~Exists(lane.filter(Q(lease_until__gte=now) | holding)))
