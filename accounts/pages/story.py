"""One account told as a story: whose it is, how it stands, since when, whose turn it is, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from accounts.actions.prune import KEPT
from accounts.actions.sharing import WHOLE_PROJECT
from accounts.models import AccountShare, ConnectedAccount, Credential
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.scopes import missing_scopes
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from flowra.errors import FlowraError
from flowra.pages.moments import moment
from flowra.pages.trail_words import ToldEvent, events_of

from .account_words import status_badge
from .ailment import Ailment, ailment_of
from .revoked import ToldRevocation, revocation_of
from .since import began_with, since_when
from .what_is_wrong import what_and_whose_turn
from .what_to_say import what_to_say

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
# What a person did, or an app, and not a service or the time that goes by.
_BY_SOMEBODY = (Ailment.REVOKED, Ailment.SWITCHED_OFF, Ailment.AUTH_CONFIG_OFF, Ailment.PERSON_INACTIVE)


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope: whether it was granted (None: the service did not say), and what it means where that is known."""

    name: str
    words: str
    granted: bool | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that the page tells, without one secret. `began` is the deed that made it as it is, where somebody did it."""

    ailment: Ailment
    badge: SafeString
    service: str
    logo: str
    identity: str
    identity_lines: tuple[tuple[str, str], ...]
    what: str
    since: SafeString | None
    began: ToldEvent | None
    turn: str
    to_say: str
    scopes: tuple[Scope, ...]
    secrets: tuple[str, ...]
    expiry: SafeString
    ends: SafeString | None
    shared_with: str
    twin: ConnectedAccount | None
    revocation: ToldRevocation | None
    gone_on: SafeString | None
    events: tuple[ToldEvent, ...]


def story_of(account: ConnectedAccount) -> Story:
    """Reads the account's project, person and auth config as they were selected with it, and a few queries besides."""
    try:
        toolkit: Toolkit | None = toolkit_for(account.project, account.toolkit_slug)
    except FlowraError:
        toolkit = None
    events = events_of("account", account.pk)
    service = toolkit.name if toolkit else account.toolkit_slug
    credential = _credential(account)
    ailment = ailment_of(account, credential)
    began = began_with(account, ailment, events)
    since = since_when(account, ailment, began)
    revocation = revocation_of(account, toolkit)
    what, turn = what_and_whose_turn(account, service, credential, revocation)
    named = [
        ("E-mail", account.identity_email),
        ("Name", account.identity_name),
        ("Workspace", account.identity_workspace),
        (f"Id at {service}", account.identity_id),
    ]
    return Story(
        ailment=ailment,
        badge=status_badge(account, ailment),
        service=service,
        logo=toolkit.logo if toolkit and "://" not in toolkit.logo else "",
        identity=account.identity_label or account.display_name or account.external_user.name,
        identity_lines=tuple((name, value) for name, value in named if value),
        what=what,
        since=moment(since) if since else None,
        began=began if ailment in _BY_SOMEBODY else None,
        turn=turn,
        to_say=what_to_say(account, service, credential, told=revocation),
        scopes=_scopes(account, toolkit),
        secrets=tuple(SECRETS.get(name, name) for name in account.secret_names),
        expiry=_expiry(account),
        ends=moment(credential.grant_ends_at) if credential and credential.grant_ends_at else None,
        shared_with=_shared_with(account),
        twin=ConnectedAccount.objects.only("id").filter(pk=account.duplicate_of).first()
        if account.duplicate_of
        else None,
        revocation=revocation,
        gone_on=moment(account.deleted_at + KEPT) if account.deleted_at else None,
        events=tuple(events),
    )


def _credential(account: ConnectedAccount) -> Credential | None:
    """How its renewal stands; no secret is read."""
    return Credential.objects.filter(account_id=account.pk).defer("secrets").first()


def _shared_with(account: ConnectedAccount) -> str:
    if account.shared_with is None:
        return ""
    if account.shared_with == WHOLE_PROJECT:
        return f"everybody in {account.project.name}"
    shares = AccountShare.objects.filter(account_id=account.pk).order_by("external_user__name")
    return ", ".join(shares.values_list("external_user__name", flat=True))


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
