"""Which credentials a worker takes up: those whose slot has come, then those that are due and have none yet.

Where many fall due at once for one client, most are given slots far ahead. Giving those out must not keep the worker from
the slots that come meanwhile, or they would be lost.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Credential
from flowra.due.row import claim


def claim_renewals(limit: int, lease: timedelta) -> list[Credential]:
    """Up to `limit` due rows, leased to the caller; at once free for nobody else."""
    slot_has_come = Q(slot_at__lte=timezone.now())
    taken: list[Credential] = []
    if Credential.objects.filter(slot_has_come).exists():
        taken = claim(Credential, limit=limit, lease=lease, among=slot_has_come, first="slot_at")
    if len(taken) < limit:
        taken += claim(Credential, limit=limit - len(taken), lease=lease, among=Q(slot_at__isnull=True))
    return taken
