"""How an account stands, in words for the person whose it is: a word with a colour and a shape, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ConnectedAccount, Credential, Status, StatusReason
from flowra.pages.moments import said
from flowra.pages.names import apart


@dataclass(frozen=True, slots=True)
class Health:
    """`kind` names the colour. `needs_person`: they alone can mend it. `words` are empty where there is nothing to say."""

    kind: str
    shape: str
    word: str
    words: str = ""
    needs_person: bool = False


SOON = Q(status=Status.ACTIVE, credential__warned_at__isnull=False)
NEEDS_PERSON = Q(status=Status.EXPIRED) | SOON


def rank(shared: Q) -> Case:
    """For ordering: what needs the person, what works, what is off, what was not finished, and what is others'."""
    return Case(
        When(shared, then=Value(4)),
        When(NEEDS_PERSON, then=Value(0)),
        When(Q(status=Status.INACTIVE) | Q(auth_config__is_disabled=True), then=Value(2)),
        When(status__in=(Status.INITIALIZING, Status.INITIATED, Status.FAILED), then=Value(3)),
        default=Value(1),
        output_field=IntegerField(),
    )


def health_of_shared(account: ConnectedAccount, service: str) -> Health:
    """The same for one that is another's, who alone can mend it."""
    health = health_of(account, service)
    return Health(health.kind, health.shape, _("Needs its owner")) if health.needs_person else health


def health_of(account: ConnectedAccount, service: str) -> Health:
    """Reads the account's project, auth config and credential as they were selected with it; no query."""
    names = {"app": apart(account.project.name), "service": service}
    match account.status:
        case Status.EXPIRED:
            return _needs(_("%(service)s no longer lets %(app)s in. Connect it again to go on.") % names)
        case Status.INACTIVE:
            return _off(names)
        case Status.INITIALIZING | Status.INITIATED:
            return Health(
                "waiting",
                "◑",
                _("Not finished"),
                _("Connecting was begun and not finished. Nothing is shared."),
            )
        case Status.FAILED:
            return Health("off", "✕", _("Not finished"), _why_it_failed(account, names))
    return _of_an_active_one(account, names)


def _of_an_active_one(account: ConnectedAccount, names: dict[str, str]) -> Health:
    if account.auth_config.is_disabled:
        return _off(names)
    credential: Credential | None = getattr(account, "credential", None)
    ran_out = account.expires_at is not None and account.expires_at <= timezone.now()
    if account.auth_config.failing_since is not None:
        return Health(
            "careful",
            "▲",
            _("%(app)s has to mend it") % names,
            _(
                "%(service)s refuses %(app)s itself at the moment, not you. There is nothing for you to do: "
                "%(app)s has been told."
            )
            % names,
        )
    if ran_out and not {"refresh_token", "user_refresh_token"} & set(account.secret_names):
        return _needs(_("What %(service)s gave has run out. Connect it again to go on.") % names)
    if ran_out and credential is not None and credential.failures:
        return Health(
            "careful",
            "▲",
            _("%(service)s has trouble") % names,
            _(
                "%(service)s does not renew the access just now. There is nothing for you to do: it is tried again."
            )
            % names,
        )
    if credential is not None and credential.warned_at is not None and credential.grant_ends_at is not None:
        return _needs(
            _("It works. What you agreed to ends %(when)s: connect it again before then.")
            % {"when": said(credential.grant_ends_at)},
            _("Needs you soon"),
        )
    return Health("good", "●", _("Works"))


def _needs(words: str, word: str = "") -> Health:
    return Health("careful", "▲", word or _("Needs you"), words, needs_person=True)


def _off(names: dict[str, str]) -> Health:
    return Health(
        "off",
        "▬",
        _("Switched off by %(app)s") % names,
        _("%(app)s does not use it at the moment, and can switch it on again.") % names,
    )


def _why_it_failed(account: ConnectedAccount, names: dict[str, str]) -> str:
    match account.status_reason:
        case StatusReason.ACCESS_DENIED:
            return _("You chose not to connect. Nothing is shared.")
        case StatusReason.LINK_EXPIRED:
            return _("Connecting was begun and ran out of time. Nothing is shared.")
        case StatusReason.DUPLICATE:
            return _("You have connected the same account already, and that one is used.")
    return _("%(service)s could not connect you. Nothing is shared.") % names
