"""The trail of accounts: each entry with what webhooks tell of the account as it is then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import ConnectedAccount
from flowra.events.names import EventType
from flowra.events.record import Actor, record, record_of_each


def record_account(
    type: EventType,
    account_id: str,
    *,
    project_id: str,
    actor: Actor,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Adds it, in the transaction of the deed, after the deed."""
    record(
        type,
        project_id=project_id,
        subject=("account", account_id),
        actor=actor,
        reason=reason,
        data=data,
        about=facts_of,
    )


def record_accounts(
    type: EventType, ids: Sequence[str], *, project_id: str, actor: Actor, reason: str = ""
) -> None:
    """The same about each of many."""
    record_of_each(
        type, project_id=project_id, kind="account", ids=ids, actor=actor, reason=reason, about=facts_of
    )


def facts_of(ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What receivers of webhooks are told of each account: whose it is, where, and how it stands."""
    found = ConnectedAccount.objects.filter(pk__in=ids).values_list(
        "pk",
        "status",
        "status_reason",
        "toolkit_slug",
        "auth_config_id",
        "external_user_id",
        "external_user__name",
        "labels",
    )
    return {
        id: {
            "status": status,
            "statusReason": reason or None,
            "toolkit": toolkit,
            "authConfigId": auth_config_id,
            "externalUser": {"id": user_id, "name": user_name},
            "labels": labels,
        }
        for id, status, reason, toolkit, auth_config_id, user_id, user_name, labels in found
    }
