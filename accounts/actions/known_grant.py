"""Knowing again what was brought in before, so that sending a file twice makes no second accounts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from accounts.models import ConnectedAccount, GrantFingerprint
from flowra import prepared
from flowra.encryption import fingerprints

# Each of these is the grant by itself; a password or a key only together with what else the account is.
TOKENS = ("access_token", "refresh_token")

Marks = Sequence[Sequence[str]]


def marks_of(
    auth_config_id: str, external_user_id: str, secrets: Mapping[str, str], connection_data: Mapping[str, str]
) -> Marks:
    """What the grant is known by: one entry a secret, each with the fingerprint under the newest key first."""
    tokens = [{name: secrets[name]} for name in TOKENS if secrets.get(name)]
    return [
        fingerprints(
            json.dumps(
                [auth_config_id, external_user_id, each, dict(connection_data)],
                sort_keys=True,
                separators=(",", ":"),
            )
        )
        for each in tokens or [dict(secrets)]
    ]


def account_known_by(marks: Marks) -> ConnectedAccount | None:
    """The account that has one of them and is not deleted."""
    return prepared.first("known grant", _live_with, {"marks": _all(marks)})


def _live_with(values: prepared.Values) -> QuerySet[ConnectedAccount]:
    accounts = ConnectedAccount.live.select_related("auth_config").filter(
        fingerprints__pk__in=values["marks"]
    )
    return accounts.defer("profile")


def remember(account_id: str, marks: Marks) -> bool:
    """In the caller's transaction: the account has them, all that no other account has.

    False when a live account has one already; of two callers at once, one gets True.
    """
    newest = sorted({each[0] for each in marks})
    rows = [GrantFingerprint(pk=pk, account_id=account_id) for pk in newest]
    # Whoever is first to insert makes the others wait for the end of its transaction.
    GrantFingerprint.objects.bulk_create(rows, ignore_conflicts=True)
    theirs = GrantFingerprint.objects.filter(pk__in=_all(marks)).exclude(account_id=account_id)
    found = dict(theirs.values_list("pk", "account__deleted_at"))
    of_deleted = [pk for pk, deleted_at in found.items() if deleted_at is not None]
    if of_deleted:
        GrantFingerprint.objects.filter(pk__in=of_deleted).update(account_id=account_id)
    return len(of_deleted) == len(found)


def _all(marks: Marks) -> list[str]:
    return [fingerprint for each in marks for fingerprint in each]
