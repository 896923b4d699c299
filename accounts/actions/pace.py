"""How fast workers renew: so many a second for each client of each service, however many workers there are."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import RefreshPace

# A slot that was kept but not used in time is given up: many late ones together would be a burst.
SLOT_IS_GOOD_FOR = timedelta(seconds=1)
_TAKE = (
    "UPDATE accounts_refreshpace SET next_slot = CASE WHEN next_slot < %s THEN %s ELSE next_slot END + %s "
    "WHERE id = %s RETURNING next_slot"
)
_PUT_OFF = "UPDATE accounts_refreshpace SET next_slot = %s WHERE id = %s AND next_slot < %s"


def take_slot(toolkit_slug: str, client_id: str) -> datetime:
    """When the next renewal for this client may go out: now, or later when slots are taken up to then."""
    pace = _pace_of(toolkit_slug, client_id)
    now = timezone.now().timestamp()
    gap = 1 / settings.FLOWRA_REFRESHES_PER_SECOND
    parameters = (now, now, gap, pace)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, parameters)
        taken = cursor.fetchone()
        if taken is None:
            RefreshPace.objects.bulk_create([RefreshPace(pk=pace)], ignore_conflicts=True)
            cursor.execute(_TAKE, parameters)
            taken = cursor.fetchone()
    return datetime.fromtimestamp(taken[0] - gap, UTC)


def put_off(toolkit_slug: str, client_id: str, until: datetime) -> None:
    """No worker renews for this client before `until`: the service asked for less, or refuses the client."""
    pace, moment = _pace_of(toolkit_slug, client_id), until.timestamp()
    with connection.cursor() as cursor:
        cursor.execute(_PUT_OFF, [moment, pace, moment])


def _pace_of(toolkit_slug: str, client_id: str) -> str:
    return hashlib.sha256(f"{toolkit_slug}\x1f{client_id}".encode()).hexdigest()
