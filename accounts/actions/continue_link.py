"""The button is pressed: the link is bound to this browser, and the browser is sent to the provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.connection_values import values_from_form
from accounts.actions.hold_account import hold_account
from accounts.actions.start_link import hold
from accounts.actions.tokens_of_links import code_challenge, hash_of, random_token
from accounts.models import ConnectedAccount, LinkSession, LinkState, Status
from accounts.oauth2.authorize import authorization_url
from accounts.oauth2.client import client_of
from authconfigs.actions.toolkit_for import toolkit_for
from flowra.encryption import sealed_for
from flowra.errors import Conflict, Gone
from flowra.events.names import EventType
from flowra.events.record import END_USER
from flowra.fault_points import fault_point

TIME_TO_FINISH = timedelta(seconds=60)


def continue_link(
    session: LinkSession, browser: str, values: Mapping[str, str] | None = None, *, display: str = ""
) -> str:
    """Starts an attempt in `browser` (its cookie's value) and answers the authorization URL to send it to.

    `values` are what the page's form asked for. `display` says how the page is shown, and comes back at the end of
    `state`. Pressing again in the same browser starts over, and only the latest
    attempt counts. Raises InvalidInput naming form fields, Conflict when the auth config is switched off, Gone
    (`wrong_browser`) when another browser has the link, Gone (`link_used`, `link_expired`) when it is over.
    """
    account = session.account
    refuse_switched_off(account)
    toolkit = toolkit_for(session.project, account.toolkit_slug)
    typed, _ = values_from_form(session, values or {})
    data = {**session.connection_data, **typed}
    client = client_of(account.auth_config, toolkit, data)
    state, code_verifier = random_token() + (f".{display}" if display else ""), random_token()
    nonce = random_token() if "openid" in session.scopes else None
    url = authorization_url(
        client, scopes=session.scopes, state=state, code_challenge=code_challenge(code_verifier), nonce=nonce
    )
    attempt = {"code_verifier": code_verifier, "nonce": nonce, "connection_data": data}
    bind_to_browser(
        session,
        browser,
        state_hash=hash_of(state),
        attempt=sealed_for(LinkSession, "attempt", session.pk, attempt),
        context={"authConfig": account.auth_config_id, **client.context()},
    )
    return url


def bind_to_browser(session: LinkSession, browser: str, **attempt: Any) -> None:
    """One conditional update: the link is this browser's from now on, INITIATED at its first press, and of the choice made."""
    now = timezone.now()
    browser_hash = hash_of(browser)
    free_or_mine = Q(state=LinkState.OPEN) | Q(state=LinkState.STARTED, browser_hash=browser_hash)
    with transaction.atomic():
        if session.auth_config_choices:
            hold(session.account.auth_config)
            attempt["scopes"] = session.scopes
        hold_account(session.account_id)
        bound = LinkSession.objects.filter(free_or_mine, pk=session.pk, expires_at__gt=now).update(
            state=LinkState.STARTED, browser_hash=browser_hash, **attempt
        )
        fault_point("link.bound")
        if not bound:
            raise _why_not_bound(session)
        if session.auth_config_choices:
            _store_choice(session.account, now)
        opened = ConnectedAccount.objects.filter(pk=session.account_id, status=Status.INITIALIZING).update(
            status=Status.INITIATED, updated_at=now
        )
        if opened or session.state == LinkState.OPEN:
            record_account(
                EventType.LINK_OPENED,
                project_id=session.project_id,
                account_id=session.account_id,
                actor=END_USER,
                data={"link": session.pk},
            )
    session.state = LinkState.STARTED


def _store_choice(account: ConnectedAccount, now: datetime) -> None:
    """The account is from now on one of the service that was chosen."""
    ConnectedAccount.objects.filter(
        pk=account.pk, status__in=(Status.INITIALIZING, Status.INITIATED), deleted_at__isnull=True
    ).update(
        auth_config=account.auth_config,
        toolkit_slug=account.toolkit_slug,
        scopes_requested=account.scopes_requested,
        updated_at=now,
    )


def refuse_switched_off(account: ConnectedAccount) -> None:
    """Raises Conflict when nothing may be linked under the account's auth config."""
    if account.auth_config.is_disabled or account.auth_config.deleted_at is not None:
        raise Conflict("Connecting is switched off at the moment.", code="auth_config_disabled")


def _why_not_bound(session: LinkSession) -> Gone:
    session.refresh_from_db(fields=["state", "end", "expires_at"])
    if session.expires_at <= timezone.now():
        return Gone("This link has run out.", code="link_expired", extra={"session": session})
    if session.state == LinkState.STARTED:
        return Gone(
            "This link was opened in another browser.", code="wrong_browser", extra={"session": session}
        )
    return Gone("This link has been used.", code="link_used", extra={"session": session})
