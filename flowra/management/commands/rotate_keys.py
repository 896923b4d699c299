"""`manage.py rotate_keys`: everything stored, under the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flowra.encryption import key_ring
from flowra.rotation import Outcome, rotate
from flowra.serving.first_run import prepare_database

SHOWN = 20


class Command(BaseCommand):
    """Safe to stop and to run again, beside running servers and workers."""

    help = "Rewraps every stored secret under the first of FLOWRA_ENCRYPTION_KEYS, and says which old key can be taken out."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when something could not be brought under the newest key."""
        prepare_database()
        ring = key_ring()
        self.stdout.write(f"The newest key is {ring.newest.id}.")
        outcome = rotate(self.stdout.write)
        self.stdout.write(f"Rewrapped {outcome.rewrapped}.")
        for key_id in outcome.removable:
            self.stdout.write(
                f"Nothing needs the key {key_id} any more: once every server and worker was restarted with the "
                f"newest key first, take it out of FLOWRA_ENCRYPTION_KEYS. Keep it as long as backups need it."
            )
        if not outcome.is_whole:
            raise CommandError(_what_is_left(outcome))


def _what_is_left(outcome: Outcome) -> str:
    words = []
    if outcome.left:
        words.append(
            f"{outcome.left} were written with an older key meanwhile. "
            "Restart every server and worker with the new keys, then run this again."
        )
    if outcome.unreadable:
        words.append(f"{len(outcome.unreadable)} cannot be opened and were left as they are:")
        words += [f"  {each}" for each in outcome.unreadable[:SHOWN]]
        if len(outcome.unreadable) > SHOWN:
            words.append(f"  … and {len(outcome.unreadable) - SHOWN} more")
    return "\n".join(words)
