"""One account told as a story: whose it is, how it stands, since when, whose turn it is, and what it may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.actions.prune import KEPT
from accounts.models import ConnectedAccount, LinkSession, Revocation, RevocationOutcome, Status, StatusReason
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.scopes import missing_scopes
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from flowra.admin.moments import moment, said
from flowra.admin.trail_words import ToldEvent, events_of
from flowra.errors import FlowraError
from flowra.events.names import EventType

from .account_words import status_badge

SECRETS = {
    "access_token": "access token",
    "refresh_token": "refresh token",
    "id_token": "ID token",
    "user_access_token": "the person's own access token",
    "user_refresh_token": "the person's own refresh token",
    "api_key": "API key",
    "username": "user name",
    "password": "password",
    "token": "token",
}
# The events from which each status dates, where the account itself does not say.
_BEGAN: dict[str, tuple[str, ...]] = {
    Status.INITIATED: (EventType.LINK_OPENED,),
    Status.ACTIVE: (EventType.ACCOUNT_CONNECTED, EventType.ACCOUNT_RECONNECTED, EventType.ACCOUNT_ENABLED),
    Status.INACTIVE: (EventType.ACCOUNT_DISABLED,),
    Status.FAILED: (EventType.ACCOUNT_FAILED,),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope: whether it was granted (None: the service did not say), and what it means where that is known."""

    name: str
    words: str
    granted: bool | None


@dataclass(frozen=True, slots=True)
class ToldRevocation:
    """How telling the service went. `page` is where the person can do it themselves, where that is needed."""

    outcome: str
    kind: str
    detail: str
    attempts: int
    next_try: SafeString | None
    page: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that the page tells, without one secret."""

    badge: SafeString
    service: str
    logo: str
    identity: str
    identity_lines: tuple[tuple[str, str], ...]
    what: str
    since: SafeString | None
    turn: str
    scopes: tuple[Scope, ...]
    secrets: tuple[str, ...]
    expiry: SafeString
    revocation: ToldRevocation | None
    gone_on: SafeString | None
    events: tuple[ToldEvent, ...]


def story_of(account: ConnectedAccount) -> Story:
    """Reads the account's project, person and auth config as they were selected with it, and three queries besides."""
    try:
        toolkit: Toolkit | None = toolkit_for(account.project, account.toolkit_slug)
    except FlowraError:
        toolkit = None
    events = events_of("account", account.pk)
    service = toolkit.name if toolkit else account.toolkit_slug
    what, turn = _what_and_whose_turn(account, service)
    named = [
        ("E-mail", account.identity_email),
        ("Name", account.identity_name),
        ("Workspace", account.identity_workspace),
        (f"Id at {service}", account.identity_id),
    ]
    return Story(
        badge=status_badge(account),
        service=service,
        logo=toolkit.logo if toolkit and "://" not in toolkit.logo else "",
        identity=account.identity_label or account.display_name or account.external_user.name,
        identity_lines=tuple((name, value) for name, value in named if value),
        what=what,
        since=_since(account, events),
        turn=turn,
        scopes=_scopes(account, toolkit),
        secrets=tuple(SECRETS.get(name, name) for name in account.secret_names),
        expiry=_expiry(account),
        revocation=_revocation(account, toolkit),
        gone_on=moment(account.deleted_at + KEPT) if account.deleted_at else None,
        events=tuple(events),
    )


def _what_and_whose_turn(account: ConnectedAccount, service: str) -> tuple[str, str]:
    """What is wrong, and whose turn it is; words to read out."""
    app, person = account.project.name, account.external_user.name
    if account.deleted_at is not None:
        return (
            f"It was revoked: {app} can no longer use it.",
            f"Nobody's. {person} can connect {service} again in {app}.",
        )
    message = account.status_message or _reason_words(account.status_reason)
    again = f"{person}'s: connect {service} again in {app}."
    match account.status:
        case Status.INITIALIZING:
            return (
                f"{app} made a link that was not opened yet.{_link_words(account)}",
                f"{person}'s: open the link.",
            )
        case Status.INITIATED:
            return (
                f"{person} opened the link and has not finished at {service}.{_link_words(account)}",
                f"{person}'s: finish at {service}, or press Connect in {app} again.",
            )
        case Status.EXPIRED:
            return message or f"{service} no longer accepts this connection.", again
        case Status.FAILED:
            return message or "The connection was not made.", again
        case Status.INACTIVE:
            return message or "It was switched off.", f"{app}'s: switch it on again."
    return _what_ails_an_active_one(account, service, again)


def _what_ails_an_active_one(account: ConnectedAccount, service: str, again: str) -> tuple[str, str]:
    app = account.project.name
    if account.auth_config.deleted_at is not None:
        return (
            f"The auth config {account.auth_config} was deleted; nothing under it works.",
            f"{app}'s developers'.",
        )
    if account.auth_config.is_disabled:
        return (
            f"The auth config {account.auth_config} is switched off; nothing under it works.",
            f"{app}'s developers': switch the auth config on again.",
        )
    if not account.external_user.is_active:
        return (
            f"{account.external_user.name} was made inactive in {app}.",
            f"{app}'s: make the user active again.",
        )
    ran_out = account.expires_at is not None and account.expires_at <= timezone.now()
    if ran_out and not {"refresh_token", "user_refresh_token"} & set(account.secret_names):
        return f"{service}'s token ran out, and {service} gave none to renew it with.", again
    return "Nothing is wrong.", "Nobody's."


def _reason_words(code: str) -> str:
    return str(StatusReason(code).label) if code in StatusReason.values else ""


def _link_words(account: ConnectedAccount) -> str:
    link = (
        LinkSession.objects.filter(account_id=account.pk).only("expires_at").order_by("-created_at").first()
    )
    if link is None:
        return ""
    return f" It {'works until' if link.expires_at > timezone.now() else 'ran out'} {said(link.expires_at)}.".replace(
        "works until in", "runs out in"
    )


def _since(account: ConnectedAccount, events: Sequence[ToldEvent]) -> SafeString | None:
    when: datetime | None = account.deleted_at
    if when is None and account.status == Status.INITIALIZING:
        when = account.created_at
    if when is None:
        began = _BEGAN.get(account.status, ())
        when = next((each.at for each in events if each.type in began), None)
    return moment(when) if when else None


def _scopes(account: ConnectedAccount, toolkit: Toolkit | None) -> tuple[Scope, ...]:
    granted: list[str] | None = account.scopes_granted
    names = list(dict.fromkeys([*account.scopes_requested, *(granted or [])]))
    missing = set(
        missing_scopes(toolkit.oauth2 if toolkit else None, account.scopes_requested, granted or [])
    )
    return tuple(
        Scope(
            name=name,
            words=toolkit.scopes[name].text if toolkit and name in toolkit.scopes else "",
            granted=None if granted is None else name not in missing,
        )
        for name in names
    )


def _expiry(account: ConnectedAccount) -> SafeString:
    if not scheme_named(account.auth_config.auth_scheme).refreshes:
        return moment(None, "does not run out")
    return moment(account.expires_at, "the service did not say")


def _revocation(account: ConnectedAccount, toolkit: Toolkit | None) -> ToldRevocation | None:
    if account.deleted_at is None:
        return None
    found = Revocation.objects.filter(account_id=account.pk).first()
    if found is None:
        return None
    outcome = RevocationOutcome(found.outcome)
    kind = {"DONE": "good", "NOTHING": "good", "PENDING": "waiting"}.get(outcome.value, "careful")
    by_hand = outcome in (
        RevocationOutcome.UNSUPPORTED,
        RevocationOutcome.GIVEN_UP,
        RevocationOutcome.FAILING,
    )
    page = toolkit.revoke_page if by_hand and toolkit and toolkit.revoke_page.startswith("https://") else ""
    return ToldRevocation(
        outcome=str(outcome.label),
        kind=kind,
        # The page is told by itself, as a link.
        detail=f"{found.detail.removesuffix(f': {page}')}."
        if page and found.detail.endswith(page)
        else found.detail,
        attempts=found.attempts,
        next_try=moment(found.due_at) if outcome == RevocationOutcome.FAILING and found.due_at else None,
        page=page,
    )
