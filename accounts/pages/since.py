"""Since when an account is as it is, and by whose deed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import ConnectedAccount
from flowra.events.names import EventType
from flowra.models import Event
from flowra.pages.trail_words import ToldEvent, told

from .ailment import Ailment, ran_out

_WORKS = (EventType.ACCOUNT_CONNECTED, EventType.ACCOUNT_RECONNECTED, EventType.ACCOUNT_ENABLED)
# The account's own events from which each ailment dates.
_BEGAN: dict[Ailment, tuple[str, ...]] = {
    Ailment.REVOKED: (EventType.ACCOUNT_DELETED,),
    Ailment.NOT_FINISHED: (EventType.LINK_OPENED,),
    Ailment.EXPIRED: (EventType.ACCOUNT_EXPIRED,),
    Ailment.FAILED: (EventType.ACCOUNT_FAILED,),
    Ailment.SWITCHED_OFF: (EventType.ACCOUNT_DISABLED,),
    Ailment.SERVICE_IN_TROUBLE: _WORKS,
    Ailment.ENDS_SOON: _WORKS,
    Ailment.NONE: _WORKS,
}


def began_with(account: ConnectedAccount, ailment: Ailment, events: Sequence[ToldEvent]) -> ToldEvent | None:
    """The event that made it as it is, where one did; `events` are the account's newest. A query where another thing's
    event did it.
    """
    if ailment in _BEGAN:
        return next((each for each in events if each.type in _BEGAN[ailment]), None)
    if ailment == Ailment.AUTH_CONFIG_OFF:
        of_config = Event.objects.filter(subject_kind="auth_config", subject_id=account.auth_config_id)
        return _newest(of_config.filter(type=EventType.AUTH_CONFIG_UPDATED, data__isDisabled=True))
    if ailment == Ailment.PERSON_INACTIVE:
        of_person = Event.objects.filter(subject_kind="user", subject_id=account.external_user_id)
        return _newest(of_person.filter(type=EventType.USER_DEACTIVATED))
    return None


def _newest(events: QuerySet[Event]) -> ToldEvent | None:
    first = events.order_by("-at", "-id").first()
    return told(first) if first is not None else None


def since_when(account: ConnectedAccount, ailment: Ailment, began: ToldEvent | None) -> datetime | None:
    """When it began to be as it is; None where nothing tells."""
    match ailment:
        case Ailment.REVOKED:
            return account.deleted_at
        case Ailment.NOT_OPENED:
            return account.created_at
        case Ailment.AUTH_CONFIG_DELETED:
            return account.auth_config.deleted_at
        case Ailment.APP_REFUSED:
            return account.auth_config.failing_since
        case Ailment.RAN_OUT:
            return account.expires_at
        case Ailment.SERVICE_IN_TROUBLE if ran_out(account):
            return account.expires_at
        case Ailment.SERVICE_IN_TROUBLE | Ailment.ENDS_SOON | Ailment.NONE:
            # Its events may be older than those that are shown.
            return began.at if began else account.connected_at
    return began.at if began else None
