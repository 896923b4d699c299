"""The last step of every link: what was granted is stored and the account is ACTIVE, in one transaction."""

from __future__ import annotations

import secrets as compare
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.duplicates import mark_duplicate, original_of
from accounts.actions.end_link import fail_link
from accounts.actions.ending import Ending, Page, callback_url_of
from accounts.actions.hold_account import hold_account
from accounts.actions.revoke_account import replace_accounts
from accounts.actions.siblings import ends_all, siblings_of
from accounts.actions.store_credential import grant_of, secrets_in
from accounts.actions.store_grant import Granted, store_grant
from accounts.actions.tell_provider import give_back_unstored, tell_again
from accounts.identity import WhoItIs, who_it_is
from accounts.models import ConnectedAccount, LinkSession, LinkState, OnDuplicate, StatusReason
from accounts.oauth2.client import Client
from accounts.oauth2.jwt_claims import unverified_claims
from accounts.oauth2.token_endpoint import exchange_code
from accounts.oauth2.token_response import TokenAnswerUnusable, TokenRefused, Tokens
from authconfigs.actions.client_health import mark_failing, mark_working
from authconfigs.catalogue.scopes import granted_scopes
from authconfigs.catalogue.toolkit import Toolkit
from flowra.encryption import sealed_for
from flowra.errors import FlowraError, InvalidInput, ProviderFailed, ProviderTimedOut
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.fault_points import fault_point
from flowra.outbound import OutboundFailed


def exchange_and_finish(session: LinkSession, client: Client, code: str, *, actor: Actor) -> Ending:
    """Spends the code of a link that the caller has claimed (FINISHING), reads the identity, and stores both.

    Both calls are made outside any transaction. Whatever the service answers is an ending, never an exception.
    """
    attempt = session.attempt
    asked_at = timezone.now()
    try:
        tokens = exchange_code(client, code=code, code_verifier=attempt["code_verifier"])
    except (ProviderFailed, InvalidInput) as error:
        return _not_exchanged(session, client, error, actor)
    fault_point("link.exchanged")
    mark_working(session.account.auth_config)
    secrets = secrets_in(tokens)
    if not _answers_this_attempt(tokens, client, attempt.get("nonce")):
        give_back_unstored(client, secrets)
        return fail_link(
            session,
            StatusReason.CONTEXT_MISMATCH,
            actor=actor,
            from_states=(LinkState.FINISHING,),
            message="The service's answer was made for another attempt.",
            page="mismatch",
        )
    account = session.account
    identity = who_it_is(
        client.toolkit,
        auth_scheme=account.auth_config.auth_scheme,
        secrets={**secrets, "client_secret": client.client_secret},
        values=client.values,
        tokens=tokens,
        through=client.through,
    )
    ending = store_granted(
        session,
        Granted(
            grant=grant_of(tokens, client.toolkit, asked_at, asked_at),
            identity=identity,
            connection_data=attempt["connection_data"],
            scopes=_granted_scopes(tokens, client, session),
        ),
        client.toolkit,
        actor=actor,
    )
    if ending is None:
        give_back_unstored(client, secrets)
        return _ended_meanwhile(session)
    if ending.error in REFUSED and not _others_stand_on_it(session, client, identity):
        give_back_unstored(client, secrets)
    return ending


def store_granted(session: LinkSession, granted: Granted, toolkit: Toolkit, *, actor: Actor) -> Ending | None:
    """One transaction: the link DONE, the credential's next version, the account ACTIVE, the event.

    An account that was deleted meanwhile keeps what was granted only until the service has been told. Somebody else than
    before, or a duplicate that the app does not want, ends the link. None: the link was ended meanwhile and nothing was
    stored.
    """
    original = original_of(session.account, granted.identity)
    refusal = _refusal(session, granted.identity, original)
    if refusal is not None:
        reason, message, before_and_now = refusal
        ended = fail_link(
            session,
            reason,
            actor=actor,
            from_states=(LinkState.FINISHING,),
            message=message,
            page="other_identity" if reason == StatusReason.OTHER_IDENTITY else "duplicate",
        )
        return replace(ended, before_and_now=before_and_now)
    with transaction.atomic():
        hold_account(session.account_id)
        done = LinkSession.objects.filter(pk=session.pk, state=LinkState.FINISHING).update(
            state=LinkState.DONE,
            end="connected",
            due_at=None,
            attempt=sealed_for(LinkSession, "attempt", session.pk, {}),
            prefilled=sealed_for(LinkSession, "prefilled", session.pk, {}),
        )
        if not done:
            return None
        is_live = store_grant(
            session.account_id,
            granted,
            toolkit,
            scopes_requested=None if granted.scopes is None else _asked(session),
        )
        if is_live:
            if (
                original is not None
                and not session.is_reconnect
                and session.on_duplicate == OnDuplicate.REPLACE
            ):
                replace_accounts([original], toolkit, by=session.account_id, actor=actor)
                original = None
            mark_duplicate(session.account_id, original)
            record_account(
                EventType.ACCOUNT_RECONNECTED if session.is_reconnect else EventType.ACCOUNT_CONNECTED,
                project_id=session.project_id,
                account_id=session.account_id,
                actor=actor,
                data={
                    "link": session.pk,
                    "identity": granted.identity.email or granted.identity.name or granted.identity.workspace,
                },
            )
        else:
            tell_again(session.account_id)
        fault_point("link.storing")
    fault_point("link.stored")
    session.refresh_from_db(fields=["state", "end"])
    session.account.refresh_from_db()
    if not is_live:
        return _ended_meanwhile(session)
    return Ending(
        session=session,
        account=session.account,
        outcome="success",
        page="done",
        message=f"Connected as {session.account.identity_label}."
        if session.account.identity_label
        else "Connected.",
        redirect_to=callback_url_of(session, "success"),
    )


# RFC 6749, 5.2: nothing that the person could do otherwise.
_OF_THE_APP = ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope")
REFUSED = (StatusReason.OTHER_IDENTITY.value, StatusReason.DUPLICATE.value)


def _refusal(
    session: LinkSession, identity: WhoItIs, original: ConnectedAccount | None
) -> tuple[StatusReason, str, tuple[str, str] | None] | None:
    """Why what was granted is not wanted, with words for people and both names; None when it is."""
    account = session.account
    if session.is_reconnect and not session.allows_other_identity and _is_other(account, identity):
        before, now = (
            _name(account.identity_label, account.identity_workspace),
            _name(identity.email or identity.name or identity.id, identity.workspace),
        )
        return (
            StatusReason.OTHER_IDENTITY,
            f"This connection is {before}'s, but {now} signed in.",
            (before, now),
        )
    if original is not None and not session.is_reconnect and session.on_duplicate == OnDuplicate.REFUSE:
        who = _name(identity.email or identity.name or identity.id, identity.workspace)
        words = f"{who} is connected already, and the app wants no second connection."
        return StatusReason.DUPLICATE, words, None
    return None


def _is_other(account: ConnectedAccount, identity: WhoItIs) -> bool:
    """Another person or another workspace, as far as the service says who it was and who it is."""
    pairs = ((account.identity_id, identity.id), (account.identity_workspace, identity.workspace))
    return any(before and now and before != now for before, now in pairs)


def _name(person: str, workspace: str) -> str:
    return f"{person} ({workspace})" if workspace and workspace != person else person


def _others_stand_on_it(session: LinkSession, client: Client, identity: WhoItIs) -> bool:
    """Whether giving it back would end another account's grant."""
    return ends_all(client.toolkit) and siblings_of(session.account, identity.id).exists()


def _asked(session: LinkSession) -> list[str]:
    user_scopes = session.account.auth_config.settings.get("user_scopes") or ()
    return list(dict.fromkeys([*session.scopes, *user_scopes]))


def _granted_scopes(tokens: Tokens, client: Client, session: LinkSession) -> list[str]:
    """By the names that they were asked for; a server that does not say granted what was asked (RFC 6749, 5.1)."""
    asked = _asked(session)
    return asked if tokens.scopes is None else list(granted_scopes(client.oauth2, asked, tokens.scopes))


def _answers_this_attempt(tokens: Tokens, client: Client, nonce: str | None) -> bool:
    """The ID token's nonce and audience are this attempt's (OpenID Connect Core 1.0, 3.1.3.7, steps 3 and 11)."""
    if nonce is None or tokens.id_token is None:
        return True
    claims = unverified_claims(tokens.id_token)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    told = claims.get("nonce")
    # Some servers leave the nonce out, against the specification: then only PKCE binds the code to this attempt.
    same = client.oauth2.pkce if told is None else isinstance(told, str) and _equal(told, nonce)
    return same and client.client_id in audiences


def _equal(one: str, other: str) -> bool:
    return compare.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())


def _not_exchanged(session: LinkSession, client: Client, error: FlowraError, actor: Actor) -> Ending:
    if isinstance(error, TokenRefused) and error.error in client.oauth2.refresh.client_errors:
        with transaction.atomic():
            mark_failing(session.account.auth_config, error.provider_error or error.error, actor)
    is_down = isinstance(error, OutboundFailed | ProviderTimedOut)
    return fail_link(
        session,
        StatusReason.PROVIDER_ERROR,
        actor=actor,
        from_states=(LinkState.FINISHING,),
        message="The service could not be reached." if is_down else "",
        page="provider_down" if is_down else _page_of(client, error),
        provider_words=error.provider_error,
    )


def _page_of(client: Client, error: FlowraError) -> Page:
    """Whose turn it is by the token endpoint's answer: the app's, nobody's for a while, or the person's."""
    if isinstance(error, TokenRefused) and error.error in (
        *client.oauth2.refresh.client_errors,
        *_OF_THE_APP,
    ):
        return "app_refused"
    has_trouble = isinstance(error, TokenRefused | TokenAnswerUnusable) and (
        error.answered >= 500 or error.answered == 429
    )
    return "provider_trouble" if has_trouble else "provider_error"


def _ended_meanwhile(session: LinkSession) -> Ending:
    """The grant is given back: the link ran out, or the account was removed, while the service was answering."""
    session.refresh_from_db(fields=["state", "end"])
    return Ending(
        session=session,
        account=session.account,
        outcome="failed",
        page="expired",
        message="The connection was ended before it was finished. Nothing is connected.",
        error=StatusReason.LINK_EXPIRED.value,
        redirect_to=callback_url_of(session, "failed", error=StatusReason.LINK_EXPIRED.value),
    )
