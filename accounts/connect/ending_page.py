"""How a visit ended, in words: what happened, whose turn it is, what to press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actions.ending import Ending, callback_url_of
from accounts.models import LinkSession, StatusReason
from accounts.pages.app_logo import logo_of_app
from authconfigs.actions.toolkit_for import toolkit_for
from flowra.errors import FlowraError
from flowra.logs import request_id
from flowra.origins import origin_of
from flowra.pages.names import apart
from flowra.public_ids import reference_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class Words:
    """A page's heading and paragraphs; `mark` is what the line between the two logos says."""

    title: str | StrPromise
    paragraphs: tuple[str | StrPromise, ...]
    mark: Literal["done", "waiting", "broken"] = "broken"


_ALL_IS_WELL = frozenset({"done", "confirm"})


def ending_context(ending: Ending) -> dict[str, Any]:
    """The page of an attempt that has just ended."""
    service, app = _names(ending.session)
    return {
        **_about(ending.session),
        **_shown(_words(ending.page, service, app, ending.session, ending.before_and_now)),
        "identity": ending.account.identity_label if ending.page == "done" else "",
        "provider_words": ending.provider_words or "",
        "reference": "" if ending.page in _ALL_IS_WELL else reference_of(ending.session.account_id),
    }


def refusal_context(code: str, session: LinkSession | None) -> dict[str, Any]:
    """The page of a link that cannot be used, by the refusal's code."""
    if session is None:
        known = _shown(_WITHOUT_A_LINK.get(code, _WITHOUT_A_LINK["link_unknown"]))
        return {**known, "reference": request_id.get()}
    service, app = _names(session)
    about = _about(session)
    if code == "link_expired" and about["back_url"]:
        # The app is told as if the person had come back in time to hear it.
        about["back_url"] = callback_url_of(session, "failed", error=StatusReason.LINK_EXPIRED.value)
    reference = reference_of(session.account_id)
    return {**about, **_shown(_words(code, service, app, session)), "reference": reference}


def _words(
    page: str, service: str, app: str, session: LinkSession, before_and_now: tuple[str, str] | None = None
) -> Words:
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
                    _(
                        "Is it the wrong account? Sign in to the other one at %(service)s, then go back to %(app)s "
                        "and connect again."
                    )
                    % names,
                ),
                "done",
            )
        case "refused" if session.auth_config_choices and not session.browser_hash:
            return Words(
                _("Nothing was shared"),
                (
                    _("You chose not to connect anything, and %(app)s has been told.") % names,
                    _("Changed your mind? Go back to %(app)s and press Connect again.") % names,
                ),
            )
        case "refused":
            return Words(
                _("Nothing was shared"),
                (
                    _("You chose not to connect %(service)s, and %(app)s has been told.") % names,
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


_WITHOUT_A_LINK = {
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


def _shown(words: Words) -> dict[str, Any]:
    return {"title": words.title, "paragraphs": words.paragraphs, "mark": words.mark}


def _about(session: LinkSession) -> dict[str, Any]:
    """Whose page it is, and the way back: the app's own origin, which was checked when the link was made."""
    try:
        toolkit = toolkit_for(session.project, session.account.toolkit_slug)
    except FlowraError:
        toolkit = None
    return {
        "project": session.project,
        "app_logo": logo_of_app(session.project),
        "toolkit": toolkit,
        "back_url": _way_back(session),
    }


def _way_back(session: LinkSession) -> str:
    """The origin of the link's callback URL, else the project's only one; none that the project no longer allows."""
    allowed = session.project.callback_origins
    origin = origin_of(session.callback_url) if session.callback_url else None
    if not session.callback_url and len(allowed) == 1:
        origin = origin_of(allowed[0])
    return f"{origin}/" if origin in allowed else ""


def _names(session: LinkSession) -> tuple[str, str]:
    toolkit = _about(session)["toolkit"]
    return apart(toolkit.name if toolkit else session.account.toolkit_slug), apart(session.project.name)


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
