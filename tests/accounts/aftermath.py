"""After a process died in the middle: time goes by, another comes along, and the books are read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from accounts.actions.keep_alive import keep_alive
from accounts.actions.revoke_many import go_on
from accounts.actions.tell_provider import tell_provider
from accounts.models import ConnectedAccount, Credential, Revocation, RevocationRun
from flowra.due.row import claim
from flowra.events.names import WEBHOOK_TYPES
from flowra.models import Event, WebhookDelivery

CARRIED = {each.value for each in WEBHOOK_TYPES}
LEASE = timedelta(seconds=60)


def leases_run_out() -> None:
    """Whoever had a row has had it for too long."""
    past = timezone.now() - timedelta(seconds=1)
    Credential.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Revocation.objects.filter(lease_until__isnull=False).update(lease_until=past)
    RevocationRun.objects.filter(lease_until__isnull=False).update(lease_until=past)


def a_worker_renews() -> None:
    """What another worker does with the credentials that are due."""
    for row in claim(Credential, limit=10, lease=LEASE):
        keep_alive(row)


def a_worker_tells() -> None:
    """What another worker does with the revocations that are due."""
    for row in claim(Revocation, limit=10, lease=LEASE):
        tell_provider(row)


def a_worker_revokes(runs: int = 1) -> None:
    """What another worker does with the runs that are due, so many times."""
    for _ in range(runs):
        for row in claim(RevocationRun, limit=10, lease=LEASE):
            go_on(row)


def events_of(account: ConnectedAccount) -> Counter[str]:
    """How often each type is on the account's trail; each that webhooks carry has exactly one delivery."""
    events = list(Event.objects.filter(subject_id=account.pk))
    owed = sorted(event.pk for event in events if event.type in CARRIED)
    written = WebhookDelivery.objects.filter(subject_id=account.pk).order_by("message_id")
    assert list(written.values_list("message_id", flat=True)) == owed
    return Counter(event.type for event in events)
