"""The provider sends the person back: everything is compared before the code is spent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.db.models import F
from django.utils import timezone

from accounts.actions.continue_link import TIME_TO_FINISH
from accounts.actions.end_link import fail_link
from accounts.actions.ending import Ending, Page, callback_url_of
from accounts.actions.finish_link import exchange_and_finish
from accounts.actions.tokens_of_links import hash_of, random_token
from accounts.models import LinkSession, LinkState, StatusReason
from accounts.oauth2.client import Client, client_of
from authconfigs.actions.toolkit_for import toolkit_for
from flowra.encryption import sealed_for
from flowra.errors import FlowraError, Gone, InvalidInput
from flowra.events.record import END_USER
from flowra.fault_points import fault_point

# What a refusal by the person is called besides RFC 6749's access_denied, in services' documentation.
SAID_NO = frozenset(
    {"access_denied", "user_cancelled_login", "user_cancelled_authorize", "user_denied", "cancelled"}
)
# What only the app can mend, and what may pass by itself (RFC 6749, 4.1.2.1).
OF_THE_APP = frozenset(
    {"invalid_request", "unauthorized_client", "invalid_client", "unsupported_response_type", "invalid_scope"}
)
MAY_PASS = frozenset({"server_error", "temporarily_unavailable"})
MAX_WORDS = 500
WRONG_BROWSER = "The answer came back in another browser than the one that began."


def complete_link(auth_config_id: str, params: Mapping[str, str], browser: str | None) -> Ending:
    """Ends the attempt that `params` (the callback's query) answers, in `browser` (its cookie's value, if any).

    The code is spent only when state, browser, redirect URI's auth config, the context fixed at the press and `iss`
    (RFC 9207) all match. Raises InvalidInput for a callback without its parameters or of no attempt, Gone for one
    that was answered before or ran out.
    """
    state = params.get("state", "")
    if not state or not ("code" in params or "error" in params):
        raise InvalidInput(
            "This address only works as the way back from a service.", code="callback_incomplete"
        )
    session = _claim(state)
    fault_point("link.claimed")
    client = client_as_pressed(session)
    mismatch = _mismatch(session, client, auth_config_id, params, browser)
    if mismatch is not None or client is None:
        return fail_link(
            session,
            StatusReason.CONTEXT_MISMATCH,
            actor=END_USER,
            from_states=(LinkState.FINISHING,),
            message=mismatch or "",
            page="wrong_browser" if mismatch == WRONG_BROWSER else "mismatch",
            tell_app=mismatch != WRONG_BROWSER,
        )
    if "error" in params:
        return _refused(session, params)
    if session.account.auth_config.is_disabled or session.account.auth_config.deleted_at is not None:
        return fail_link(
            session,
            StatusReason.SWITCHED_OFF,
            actor=END_USER,
            from_states=(LinkState.FINISHING,),
            message="Connecting was switched off meanwhile.",
            page="switched_off",
        )
    if session.requires_confirmation:
        return _park(session, params["code"])
    return exchange_and_finish(session, client, params["code"], actor=END_USER)


def _claim(state: str) -> LinkSession:
    """STARTED → FINISHING for exactly one of several callbacks; gives the exchange time to end before the link runs out."""
    now = timezone.now()
    state_hash = hash_of(state)
    claimed = LinkSession.objects.filter(
        state_hash=state_hash, state=LinkState.STARTED, expires_at__gt=now
    ).update(state=LinkState.FINISHING, due_at=now + TIME_TO_FINISH)
    session = (
        LinkSession.objects.select_related(
            "project", "account__auth_config", "account__external_user", "account__project"
        )
        .filter(state_hash=state_hash)
        .first()
    )
    if session is None:
        raise InvalidInput("This answer belongs to no connection that is under way.", code="callback_unknown")
    if not claimed:
        ran_out = session.end == StatusReason.LINK_EXPIRED or (
            session.state == LinkState.STARTED and session.expires_at <= now
        )
        code = "link_expired" if ran_out else "link_used"
        words = "This link has run out." if ran_out else "This link has been used."
        raise Gone(words, code=code, extra={"session": session})
    return session


def client_as_pressed(session: LinkSession) -> Client | None:
    """The client with the values of the attempt's press; None where its registration no longer fits."""
    try:
        toolkit = toolkit_for(session.project, session.account.toolkit_slug)
        return client_of(session.account.auth_config, toolkit, session.attempt["connection_data"])
    except FlowraError:
        return None


def context_differs(session: LinkSession, client: Client) -> bool:
    """Whether what was fixed at the press (client, redirect URI, authorization server) is another now."""
    context: object = session.context
    return context != {"authConfig": session.account.auth_config_id, **client.context()}


def _mismatch(
    session: LinkSession,
    client: Client | None,
    auth_config_id: str,
    params: Mapping[str, str],
    browser: str | None,
) -> str | None:
    """What does not fit, in words; None when all does."""
    if browser is None or not secrets.compare_digest(hash_of(browser), session.browser_hash):
        return WRONG_BROWSER
    if auth_config_id != session.context.get("authConfig"):
        return "The answer came back to another service's address."
    if client is None or context_differs(session, client):
        return "The service's registration was changed meanwhile."
    issuer = client.issuer
    if "iss" in params and issuer is not None and params["iss"] != issuer:
        return "The answer came from another authorization server."
    if client.oauth2.sends_iss and "iss" not in params:
        return "The answer does not say which authorization server it is from."
    return None


def _refused(session: LinkSession, params: Mapping[str, str]) -> Ending:
    error = params["error"][:100]
    if error in SAID_NO:
        return fail_link(
            session,
            StatusReason.ACCESS_DENIED,
            actor=END_USER,
            from_states=(LinkState.FINISHING,),
            page="refused",
        )
    words = (params.get("error_description") or error)[:MAX_WORDS]
    return fail_link(
        session,
        StatusReason.PROVIDER_ERROR,
        actor=END_USER,
        from_states=(LinkState.FINISHING,),
        page=_page_of(error),
        provider_words=words,
    )


def _page_of(error: str) -> Page:
    if error in OF_THE_APP:
        return "app_refused"
    return "provider_trouble" if error in MAY_PASS else "provider_error"


def _park(session: LinkSession, code: str) -> Ending:
    """The code waits, unspent and sealed, until the app says who is in front of that browser."""
    token = random_token()
    attempt = {**session.attempt, "code": code}
    parked = LinkSession.objects.filter(pk=session.pk, state=LinkState.FINISHING).update(
        state=LinkState.PARKED,
        due_at=F("expires_at"),
        confirmation_hash=hash_of(token),
        attempt=sealed_for(LinkSession, "attempt", session.pk, attempt),
    )
    if not parked:
        raise Gone("This link has been used.", code="link_used", extra={"session": session})
    return Ending(
        session=session,
        account=session.account,
        outcome="confirm",
        page="confirm",
        message="Waiting for the app to confirm.",
        redirect_to=callback_url_of(session, "confirm", confirmation_token=token),
        confirmation_token=token,
    )
