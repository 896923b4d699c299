"""The app says who is in front of the browser that finished a link: only for the link's own user is the code spent."""

from __future__ import annotations

from django.utils import timezone

from accounts.actions.complete_link import client_as_pressed, context_differs
from accounts.actions.continue_link import TIME_TO_FINISH, refuse_switched_off
from accounts.actions.end_link import fail_link
from accounts.actions.finish_link import exchange_and_finish
from accounts.actions.tokens_of_links import hash_of
from accounts.models import ConnectedAccount, ExternalUser, LinkSession, LinkState, StatusReason
from flowra.errors import Conflict, InvalidInput, NotFound, ProviderFailed
from flowra.events.record import Actor
from flowra.models import Project


def confirm_link(
    project: Project,
    account_id: str,
    confirmation_token: str,
    external_user: ExternalUser | None,
    actor: Actor,
) -> ConnectedAccount:
    """Exchanges the parked code and answers the ACTIVE account.

    Raises NotFound (account), InvalidInput (a token that is not of this account, no user named), Conflict
    (`confirmation_mismatch`: another user, the code is thrown away; `confirmation_over`: used or run out) and
    ProviderFailed with the service's words when it does not accept the code.
    """
    if external_user is None:
        raise InvalidInput.field("eUID", "is needed: name the user who is signed in, here or as x-username")
    session = _session(project, account_id, confirmation_token)
    if external_user.pk != session.account.external_user_id:
        ending = fail_link(
            session,
            StatusReason.CONFIRMATION_MISMATCH,
            actor=actor,
            from_states=(LinkState.PARKED,),
            page="mismatch",
        )
        if ending.session.end != StatusReason.CONFIRMATION_MISMATCH:
            raise _over()
        raise Conflict(
            "Somebody else finished this link than the user it was made for. The connection was thrown away; "
            "make a new link for the user who is signed in.",
            code="confirmation_mismatch",
        )
    refuse_switched_off(session.account)
    now = timezone.now()
    claimed = LinkSession.objects.filter(pk=session.pk, state=LinkState.PARKED, expires_at__gt=now).update(
        state=LinkState.FINISHING, due_at=now + TIME_TO_FINISH
    )
    if not claimed:
        raise _over()
    client = client_as_pressed(session)
    if client is None or context_differs(session, client):
        fail_link(
            session,
            StatusReason.CONTEXT_MISMATCH,
            actor=actor,
            from_states=(LinkState.FINISHING,),
            message="The service's registration was changed meanwhile.",
            page="mismatch",
        )
        raise Conflict(
            "The auth config was changed since the person agreed. Make a new link.", code="context_mismatch"
        )
    ending = exchange_and_finish(session, client, session.attempt["code"], actor=actor)
    if ending.outcome != "success":
        raise ProviderFailed(ending.message, provider_error=ending.provider_words)
    return ending.account


def _session(project: Project, account_id: str, confirmation_token: str) -> LinkSession:
    account = ConnectedAccount.live.filter(project=project, pk=account_id).only("pk").first()
    if account is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    session = (
        LinkSession.objects.select_related(
            "project", "account__auth_config", "account__external_user", "account__project"
        )
        .filter(account_id=account_id, confirmation_hash=hash_of(confirmation_token))
        .first()
        if confirmation_token
        else None
    )
    if session is None:
        raise InvalidInput.field("confirmationToken", "is not one of this account")
    if session.state != LinkState.PARKED or session.expires_at <= timezone.now():
        raise _over()
    return session


def _over() -> Conflict:
    return Conflict("This confirmation was used or has run out. Make a new link.", code="confirmation_over")
