"""The words for each end of a visit: what happened, whose turn it is, what to press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import LinkSession, LinkState
from authconfigs.schemes import scheme_named
from flowra.pages.names import apart

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class Words:
    """A page's heading and paragraphs; `mark` is what the line between the two logos says."""

    title: str | StrPromise
    paragraphs: tuple[str | StrPromise, ...]
    mark: Literal["done", "waiting", "broken"] = "broken"


def words_of(
    page: str,
    service: str | None,
    app: str,
    session: LinkSession,
    before_and_now: tuple[str, str] | None = None,
) -> Words:
    """The page's words; `service` is None where the person had yet to choose one."""
    if service is None:
        return _before_a_choice(page, app, session)
    before, now = before_and_now or ("", "")
    names = {"service": service, "app": app, "before": apart(before), "now": apart(now)}
    nothing = _("Nothing was shared.")
    again = _("Go back to %(app)s and press Connect again.") % names
    match page:
        case "done":
            return Words(
                _("%(service)s is connected") % names,
                (
                    _("%(app)s can use it from now on. You can close this page.") % names,
                    _wrong_account(session) % names,
                ),
                "done",
            )
        case "refused":
            return Words(
                _("Nothing was shared"),
                (
                    _("You chose not to connect %(service)s, and %(app)s has been told.") % names,
                    *_as_before(session),
                    _("Changed your mind? Go back to %(app)s and press Connect again.") % names,
                ),
            )
        case "expired" | "link_expired":
            time = time_in_words(session.expires_at - session.created_at)
            return Words(
                _("This link has run out"),
                (
                    _("It worked for %(time)s, and that time is over. Nothing was shared.") % {"time": time},
                    again,
                ),
            )
        case "link_used" if session.state == LinkState.PARKED:
            return words_of("confirm", service, app, session)
        case "link_used" if _was_in_vain(session):
            return _used_in_vain(again)
        case "link_used":
            return Words(
                _("This link has been used"),
                (
                    _(
                        "Each link works once. If you have just connected %(service)s, all is well and you can close "
                        "this page."
                    )
                    % names,
                    _("If not: go back to %(app)s and press Connect again.") % names,
                ),
                "waiting",
            )
        case "wrong_browser":
            return Words(
                _("This was begun in another browser"),
                (
                    _(
                        "To keep anybody else from finishing your connection, it only works in the browser where it "
                        "was begun. Nothing was shared."
                    ),
                    _("Go on there, or begin here: go back to %(app)s and press Connect again.") % names,
                ),
            )
        case "confirm":
            return Words(
                _("Waiting for %(app)s") % names,
                (
                    _(
                        "You agreed at %(service)s. %(app)s finishes the connection once it knows that it is you."
                    )
                    % names,
                    _("You can go back there."),
                ),
                "waiting",
            )
        case "mismatch" | "context_mismatch":
            return Words(
                _("This answer does not fit"),
                (
                    _(
                        "What came back does not belong to the connection that was begun here, so it was thrown away. "
                        "Nothing was shared."
                    ),
                    again,
                ),
            )
        case "other_identity":
            return Words(
                _("This is another account"),
                (
                    _("This connection is %(before)s's, but %(now)s signed in. Nothing was changed.") % names,
                    _(
                        "Sign in to the right account at %(service)s first. Go back to %(app)s and press Connect again."
                    )
                    % names,
                ),
            )
        case "duplicate":
            return Words(
                _("This account is connected already"),
                (
                    _(
                        "%(app)s has this %(service)s account from you already, and goes on using that connection."
                    )
                    % names,
                    _("You can close this page."),
                ),
            )
        case "provider_down":
            return Words(
                _("%(service)s does not answer") % names,
                (
                    _("%(service)s could not be reached just now. Nothing was shared.") % names,
                    _("Wait a minute, then try once more. Go back to %(app)s and press Connect again.")
                    % names,
                ),
            )
        case "provider_trouble":
            return Words(
                _("%(service)s has trouble") % names,
                (
                    _("%(service)s could not finish it just now. Nothing was shared.") % names,
                    _("Wait a minute, then try once more. Go back to %(app)s and press Connect again.")
                    % names,
                ),
            )
        case "app_refused":
            return Words(
                _("%(service)s refuses %(app)s") % names,
                (
                    _("%(service)s turned away %(app)s itself, not you. Nothing was shared.") % names,
                    _("Only %(app)s can mend this: tell them, and connect once it is mended.") % names,
                ),
            )
        case "switched_off" | "auth_config_disabled":
            return Words(
                _("Connecting is switched off"),
                (
                    _("%(app)s does not connect %(service)s at the moment. Nothing was shared.") % names,
                    _("Ask %(app)s when it will be back.") % names,
                ),
            )
        case "not_our_page":
            return Words(
                _("Please press the button once more"),
                (
                    _("The press did not come from this page, so nothing was done. Nothing was shared."),
                    _("Open the link again, or go back to %(app)s.") % names,
                ),
            )
        case _other:
            return Words(
                _("%(service)s could not connect you") % names,
                (f"{_('%(service)s ended it with an error.') % names} {nothing}", again),
            )


def _before_a_choice(page: str, app: str, session: LinkSession) -> Words:
    """The ends of a link with several services, none of which was chosen."""
    names = {"app": app}
    again = _("Go back to %(app)s and press Connect again.") % names
    match page:
        case "refused":
            return Words(
                _("Nothing was shared"),
                (
                    _("You chose not to connect anything, and %(app)s has been told.") % names,
                    _("Changed your mind? Go back to %(app)s and press Connect again.") % names,
                ),
            )
        case "link_used":
            return _used_in_vain(again)
        case "switched_off" | "auth_config_disabled":
            return Words(
                _("Connecting is switched off"),
                (
                    _("%(app)s connects none of these services at the moment. Nothing was shared.") % names,
                    _("Ask %(app)s when it will be back.") % names,
                ),
            )
        case _other:
            return words_of(page, "", app, session)


def _used_in_vain(again: str) -> Words:
    return Words(
        _("This link has been used"),
        (_("Each link works once, and this one ended without a connection. Nothing was shared."), again),
    )


def _was_in_vain(session: LinkSession) -> bool:
    """Whether nothing can have been connected by it: while that is not known, it may be."""
    return session.state == LinkState.FAILED or (
        session.account.deleted_at is not None and session.state != LinkState.DONE
    )


def _as_before(session: LinkSession) -> tuple[str, ...]:
    """Who says no to being asked again must not think that the first yes is taken back."""
    return (_("What you had allowed before stays as it was."),) if session.asks_again else ()


def _wrong_account(session: LinkSession) -> str:
    if scheme_named(session.account.auth_config.auth_scheme).needs_redirect:
        return _(
            "Is it the wrong account? Sign in to the other one at %(service)s, then go back to %(app)s "
            "and connect again."
        )
    return _("Is it the wrong account? Go back to %(app)s and connect again with what the other one has.")


WITHOUT_A_LINK = {
    "link_unknown": Words(
        gettext_lazy("There is no such link"),
        (
            gettext_lazy(
                "Its address may have been cut off when it was copied. Go back to the app that sent you and press Connect "
                "again."
            ),
        ),
    ),
    "callback_incomplete": Words(
        gettext_lazy("There is nothing to finish here"),
        (
            gettext_lazy(
                "This address only works as the way back from a service. Go back to the app that sent you and press "
                "Connect."
            ),
        ),
    ),
    "callback_unknown": Words(
        gettext_lazy("This answer belongs to nothing"),
        (
            gettext_lazy(
                "No connection that is under way is waiting for it. It may have been begun again since. Nothing was "
                "shared."
            ),
            gettext_lazy("Go back to the app that sent you and press Connect again."),
        ),
    ),
}


def time_in_words(time: timedelta) -> str:
    """As people say it: `ten minutes`, `one day`, `90 seconds`; never less than a second."""
    seconds = max(round(time.total_seconds()), 1)
    if seconds == 600:
        return _("ten minutes")
    unit = next(each for each in (86_400, 3_600, 60, 1) if seconds % each == 0 or seconds >= 2 * each)
    count = round(seconds / unit)
    match unit:
        case 86_400:
            words = ngettext("one day", "%(count)s days", count)
        case 3_600:
            words = ngettext("one hour", "%(count)s hours", count)
        case 60:
            words = ngettext("one minute", "%(count)s minutes", count)
        case _seconds:
            words = ngettext("one second", "%(count)s seconds", count)
    return words % {"count": number_format(count)} if "%" in words else words
