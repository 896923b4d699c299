"""What ails an account, told apart once for every page that has words for it."""

from __future__ import annotations

from enum import Enum, auto

from django.utils import timezone

from accounts.models import ConnectedAccount, Credential, Status


class Ailment(Enum):
    """What stands in the way of its use, or will. The first that holds is the one that counts."""

    REVOKED = auto()
    NOT_OPENED = auto()
    NOT_FINISHED = auto()
    EXPIRED = auto()
    FAILED = auto()
    SWITCHED_OFF = auto()
    AUTH_CONFIG_DELETED = auto()
    AUTH_CONFIG_OFF = auto()
    PERSON_INACTIVE = auto()
    APP_REFUSED = auto()
    RAN_OUT = auto()
    SERVICE_IN_TROUBLE = auto()
    ENDS_SOON = auto()
    NONE = auto()


_BY_STATUS = {
    Status.INITIALIZING: Ailment.NOT_OPENED,
    Status.INITIATED: Ailment.NOT_FINISHED,
    Status.EXPIRED: Ailment.EXPIRED,
    Status.FAILED: Ailment.FAILED,
    Status.INACTIVE: Ailment.SWITCHED_OFF,
}


def ailment_of(account: ConnectedAccount, credential: Credential | None) -> Ailment:
    """By the account with its auth config and person, and how the renewal of its credential stands; no query."""
    if account.deleted_at is not None:
        return Ailment.REVOKED
    if account.status != Status.ACTIVE:
        return _BY_STATUS[Status(account.status)]
    if account.auth_config.deleted_at is not None:
        return Ailment.AUTH_CONFIG_DELETED
    if account.auth_config.is_disabled:
        return Ailment.AUTH_CONFIG_OFF
    if not account.external_user.is_active:
        return Ailment.PERSON_INACTIVE
    if account.auth_config.failing_since is not None:
        return Ailment.APP_REFUSED
    if ran_out(account) and not {"refresh_token", "user_refresh_token"} & set(account.secret_names):
        return Ailment.RAN_OUT
    if credential is not None and credential.failures and credential.retry_at is not None:
        return Ailment.SERVICE_IN_TROUBLE
    if credential is not None and credential.warned_at is not None and credential.grant_ends_at is not None:
        return Ailment.ENDS_SOON
    return Ailment.NONE


def ran_out(account: ConnectedAccount) -> bool:
    """Whether its access token ran out."""
    return account.expires_at is not None and account.expires_at <= timezone.now()


def was_connected(account: ConnectedAccount) -> bool:
    """Whether it ever worked: who connects it then does so again."""
    never = (Status.INITIALIZING, Status.INITIATED, Status.FAILED)
    return account.connected_at is not None or account.status not in never
