"""A list of accounts to take along: whose they are and how they stand; no secret, no profile, no connection data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from accounts.models import ConnectedAccount
from flowra.api.rendering import instant

COLUMNS = (
    "id",
    "project",
    "toolkit",
    "authConfig",
    "person",
    "identityEmail",
    "identityName",
    "identityWorkspace",
    "status",
    "statusReason",
    "labels",
    "createdAt",
    "connectedAt",
    "lastUsedAt",
    "revokedAt",
)


def as_objects(accounts: Iterable[ConnectedAccount]) -> Iterator[dict[str, Any]]:
    """Each as an object of `COLUMNS`; times as the API writes them, labels as a list. Reads project, auth config and
    person as they were selected with it.
    """
    for account in accounts:
        yield {
            "id": account.pk,
            "project": account.project.name,
            "toolkit": account.toolkit_slug,
            "authConfig": account.auth_config.name,
            "person": account.external_user.name,
            "identityEmail": account.identity_email,
            "identityName": account.identity_name,
            "identityWorkspace": account.identity_workspace,
            "status": "REVOKED" if account.deleted_at is not None else account.status,
            "statusReason": account.status_reason or None,
            "labels": list(account.labels),
            "createdAt": instant(account.created_at),
            "connectedAt": instant(account.connected_at),
            "lastUsedAt": instant(account.last_used_at),
            "revokedAt": instant(account.deleted_at),
        }


def as_rows(accounts: Iterable[ConnectedAccount]) -> Iterator[list[Any]]:
    """Each as a row of `COLUMNS`, labels joined by commas."""
    for each in as_objects(accounts):
        yield [", ".join(value) if isinstance(value, list) else value for value in each.values()]
