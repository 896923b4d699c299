"""Proof of life: each worker renews one row, readiness asks whether any was seen lately."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from flowra.models import WorkerHeartbeat

EVERY = timedelta(seconds=10)
SEEN_LATELY = 3 * EVERY
FORGOTTEN_AFTER = timedelta(days=1)


def beat(name: str) -> None:
    """Renews the row of the worker of that name, in one statement."""
    WorkerHeartbeat.objects.bulk_create(
        [WorkerHeartbeat(name=name, seen_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )


def say_goodbye(name: str) -> None:
    """Removes the row of a worker that ends in good order, so that nobody counts on it."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def worker_seen_lately() -> bool:
    """Whether some worker beat within the last half minute."""
    return WorkerHeartbeat.objects.filter(seen_at__gte=timezone.now() - SEEN_LATELY).exists()


def forget_the_lost() -> None:
    """Removes rows of workers that were killed long ago."""
    WorkerHeartbeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
