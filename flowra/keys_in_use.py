"""Which encryption keys the stored secrets need, checked before anything starts.

Every start records the key that writes from now on. A start without a key that something may be sealed with is
refused at once, and not at the first secret that cannot be read.
"""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError

from flowra.encryption import key_ring
from flowra.models import KeyInUse

logger = logging.getLogger("flowra.keys")


def check_and_record(using: str = DEFAULT_DB_ALIAS) -> None:
    """Refuses to go on without a needed key, and records the writing one; one query when nothing is new.

    Raises ImproperlyConfigured, naming the missing key ids. A database that is away or not migrated yet is left to
    those who need it: reading a secret names a missing key as well.
    """
    ring = key_ring()
    try:
        needed = set(KeyInUse.objects.using(using).values_list("key_id", flat=True))
        missing = sorted(needed.difference(ring.ids()))
        if missing:
            raise ImproperlyConfigured(
                f"Stored secrets need the encryption {'keys' if len(missing) > 1 else 'key'} "
                f"{', '.join(missing)}, which FLOWRA_ENCRYPTION_KEYS does not have (it has {', '.join(ring.ids())}). "
                "Add it after the newest one; `manage.py rotate_keys` then says when it can be taken out."
            )
        if ring.newest.id not in needed:
            KeyInUse.objects.using(using).bulk_create(
                [KeyInUse(key_id=ring.newest.id)], ignore_conflicts=True
            )
    except (OperationalError, ProgrammingError) as error:
        logger.warning("The keys in use could not be checked (%s).", type(error).__name__)
