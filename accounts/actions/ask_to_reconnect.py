"""Support asks a person to connect again: a fresh link, to be sent to them, for the account that they have."""

from __future__ import annotations

from accounts.actions.start_link import MAX_SECONDS, StartedLink, start_link
from accounts.models import ConnectedAccount
from authconfigs.schemes import scheme_named
from flowra.errors import Conflict
from flowra.events.record import Actor


def ask_to_reconnect(
    account: ConnectedAccount, actor: Actor, *, expires_in: int = MAX_SECONDS
) -> StartedLink:
    """A link for `expires_in` seconds, a day unless told otherwise; `link.created` on the trail says who made it.

    Links made before go on working. Nothing else changes before the person has agreed. Raises Conflict as `why_not` has it, NotFound where
    the account or its auth config is gone.
    """
    refused = why_not(account)
    if refused:
        raise Conflict(refused, code="cannot_be_asked")
    return start_link(
        account.project,
        auth_config_id=account.auth_config_id,
        external_user=None,
        actor=actor,
        account_id=account.pk,
        expires_in=expires_in,
    )


def why_not(account: ConnectedAccount) -> str:
    """Why no link can be made for it, as a sentence for staff; empty where one can."""
    app = account.project.name
    if account.deleted_at is not None:
        return f"It was revoked. The person can connect anew in {app}."
    if account.is_disabled:
        return "It is switched off. Switch it on first."
    if account.auth_config.deleted_at is not None or account.auth_config.is_disabled:
        return "Its auth config is switched off or deleted, so nobody can connect through it."
    if not account.external_user.is_active:
        return f"The person was made inactive in {app}. Make them active first."
    if begins_in_app(account):
        return f"{app} confirms each connection itself, so the person has to begin in {app}."
    return ""


def begins_in_app(account: ConnectedAccount) -> bool:
    """Whether the app has the last word on who connected what, and so must begin it itself: no link can do without."""
    return (
        account.project.require_confirmation and scheme_named(account.auth_config.auth_scheme).needs_redirect
    )
