"""Which deliveries a worker may take now: a few of one endpoint at a time, one of a subject, the older ones first.

In order: a delivery waits while an older one of the same endpoint and subject is unfinished and less than five minutes
old. After that the younger ones go ahead, so that one message that a receiver chokes on does not hold the others back
for days. And two of the same endpoint and subject are never under way at once, however old they are.

Fair: at most three of one endpoint are under way at once, one where the last attempt failed; and endpoints whose last
attempt failed are served with the threads that the others leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from flowra.due.clock import lease_clock
from flowra.due.row import due_and_free
from flowra.models import WebhookDelivery, WebhookEndpoint

HOLDS_OTHERS_BACK = timedelta(minutes=5)
AT_ONCE = 3
AT_ONCE_WHILE_FAILING = 1
_LOOKED_AT = 100


def claim_deliveries(limit: int, lease: timedelta) -> list[WebhookDelivery]:
    """Up to `limit` deliveries, leased to the caller; at once free for nobody else."""
    taken: list[str] = []
    now = lease_clock()
    until = now + lease
    all_failing = WebhookEndpoint.objects.filter(failing_since__isnull=False, is_disabled=False)
    failing = set(all_failing.values_list("pk", flat=True))
    passed = set(_full(now))
    for among_failing in (False, True):
        if among_failing and not failing - passed:
            break
        while len(taken) < limit:
            ripe = _ripe(now, passed, failing, among_failing=among_failing)
            if not ripe:
                break
            passed |= set(ripe.values())
            taken += _take(ripe, limit - len(taken), now, until)
            if len(ripe) < _LOOKED_AT:
                break
    return list(WebhookDelivery.objects.filter(pk__in=taken, lease_until=until).order_by("due_at"))


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
) -> dict[str, str]:
    """Deliveries that could be taken, each with its endpoint, those that waited longest first."""
    found = WebhookDelivery.objects.filter(ready(now)).order_by("due_at")
    if among_failing:
        found = found.filter(endpoint_id__in=set(failing) - set(passed))
    else:
        found = found.exclude(endpoint_id__in={*passed, *failing})
    return dict(found.values_list("pk", "endpoint_id")[:_LOOKED_AT])


def _take(ripe: Mapping[str, str], limit: int, now: datetime, until: datetime) -> list[str]:
    """Leases what may still be taken; nothing of an endpoint of which another worker takes at this moment.

    The endpoints' rows are locked meanwhile, so that what is counted and compared here stays true until it is stored.
    """
    with transaction.atomic():
        endpoints = WebhookEndpoint.objects.filter(pk__in=set(ripe.values()))
        if connection.features.has_select_for_update_skip_locked:
            endpoints = endpoints.select_for_update(skip_locked=True, no_key=True)
        room = {pk: _may(failing_since) for pk, failing_since in endpoints.values_list("pk", "failing_since")}
        under_way = WebhookDelivery.objects.filter(endpoint_id__in=room, lease_until__gte=now)
        room = Counter(room)
        room.subtract(under_way.values_list("endpoint_id", flat=True))
        still = WebhookDelivery.objects.filter(ready(now), pk__in=ripe, endpoint_id__in=room)
        keys: list[str] = []
        lanes: set[tuple[str, str, str]] = set()
        columns = ("pk", "endpoint_id", "subject_kind", "subject_id")
        for pk, *lane in still.order_by("due_at").values_list(*columns):
            if len(keys) < limit and room[lane[0]] > 0 and tuple(lane) not in lanes:
                lanes.add((lane[0], lane[1], lane[2]))
                room[lane[0]] -= 1
                keys.append(pk)
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
