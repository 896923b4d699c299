"""What an account and its service are called, and its status: a word with a colour and a shape."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import ConnectedAccount, Status
from authconfigs.catalogue.load import all_toolkits

from .ailment import Ailment, ran_out

# The shape says the same as the colour: whole is good, half is waiting, a bar is off, a cross is over.
_SHOWN: dict[str, tuple[str, str, str]] = {
    Status.ACTIVE: ("good", "●", "Active"),
    Status.EXPIRED: ("careful", "▲", "Needs the user"),
    Status.INACTIVE: ("off", "▬", "Switched off"),
    Status.FAILED: ("bad", "✕", "Failed"),
    Status.INITIALIZING: ("waiting", "◔", "Waiting"),
    Status.INITIATED: ("waiting", "◑", "Waiting"),
}


def service_name(slug: str) -> str:
    """The service's name where the catalogue has it, else its slug; no query."""
    known = all_toolkits()
    return known[slug].name if slug in known else slug


def name_of(account: ConnectedAccount) -> str:
    """By what support knows it for sure: the identity at the service, else what the app calls it."""
    if account.identity_label:
        return account.identity_label
    return service_name(account.toolkit_slug) if account.label == account.toolkit_slug else account.label


# Where the status says that it works, and it does not.
_AILING: dict[Ailment, tuple[str, str, str]] = {
    Ailment.AUTH_CONFIG_DELETED: ("off", "▬", "Config deleted"),
    Ailment.PERSON_INACTIVE: ("off", "▬", "Person inactive"),
    Ailment.RAN_OUT: ("careful", "▲", "Needs the user"),
}


def status_badge(account: ConnectedAccount, ailment: Ailment | None = None) -> SafeString:
    """The status as HTML; a deleted account is revoked, whatever it was before. With `ailment`, what ails it counts."""
    kind, shape, word = (ailment and _AILING.get(ailment)) or status_words(account)
    if ailment == Ailment.SERVICE_IN_TROUBLE and ran_out(account):
        kind, shape, word = "careful", "▲", "Not renewed"
    return format_html(
        "<span class='status status-{}'><span class='shape' aria-hidden='true'>{}</span> {}</span>",
        kind,
        shape,
        word,
    )


def status_words(account: ConnectedAccount) -> tuple[str, str, str]:
    """Its colour's name, its shape and its word."""
    if account.deleted_at is not None:
        return "gone", "◇", "Revoked"
    if account.status == Status.ACTIVE and account.auth_config.is_disabled:
        return "off", "▬", "Config off"
    if account.status == Status.ACTIVE and account.auth_config.failing_since is not None:
        return "careful", "▲", "App refused"
    return _SHOWN.get(account.status, ("waiting", "◔", account.status))
