"""How a visit ended, in words: what happened, whose turn it is, what to press."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from accounts.actions.ending import Ending, callback_url_of
from accounts.models import LinkSession, StatusReason
from accounts.pages.app_logo import logo_of_app
from authconfigs.actions.toolkit_for import toolkit_for
from flowra.errors import FlowraError
from flowra.logs import request_id
from flowra.origins import origin_of


@dataclass(frozen=True, slots=True)
class Words:
    """A page's heading and paragraphs; `mark` is what the line between the two logos says."""

    title: str
    paragraphs: tuple[str, ...]
    mark: Literal["done", "waiting", "broken"] = "broken"


_NOTHING = "Nothing was shared."
# Whoever looks into these needs to find them in the logs.
_OF_SOMEBODY_S_FAULT = frozenset({"provider_error", "provider_down", "mismatch"})
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def ending_context(ending: Ending) -> dict[str, Any]:
    """The page of an attempt that has just ended."""
    service, app = _names(ending.session)
    return {
        **_about(ending.session),
        **_shown(_words(ending.page, service, app, ending.session, ending.message)),
        "identity": ending.account.identity_label if ending.page == "done" else "",
        "provider_words": ending.provider_words or "",
        "reference": request_id.get() if ending.page in _OF_SOMEBODY_S_FAULT else "",
    }


def refusal_context(code: str, session: LinkSession | None) -> dict[str, Any]:
    """The page of a link that cannot be used, by the refusal's code."""
    if session is None:
        return _shown(_WITHOUT_A_LINK.get(code, _WITHOUT_A_LINK["link_unknown"]))
    service, app = _names(session)
    about = _about(session)
    if code == "link_expired" and about["back_url"]:
        # The app is told as if the person had come back in time to hear it.
        about["back_url"] = callback_url_of(session, "failed", error=StatusReason.LINK_EXPIRED.value)
    return {**about, **_shown(_words(code, service, app, session))}


def _words(page: str, service: str, app: str, session: LinkSession, message: str = "") -> Words:
    again = f"Go back to {app} and press Connect again."
    match page:
        case "done":
            return Words(
                f"{service} is connected",
                (
                    f"{app} can use it from now on. You can close this page.",
                    f"Is it the wrong account? Sign in to the other one at {service}, "
                    f"then go back to {app} and connect again.",
                ),
                "done",
            )
        case "refused":
            return Words(
                "Nothing was shared",
                (
                    f"You chose not to connect {service}, and {app} has been told.",
                    f"Changed your mind? {again}",
                ),
            )
        case "expired" | "link_expired":
            return Words(
                "This link has run out",
                (
                    f"It worked for {time_in_words(session.expires_at - session.created_at)}, and that time is over. {_NOTHING}",
                    again,
                ),
            )
        case "link_used":
            return Words(
                "This link has been used",
                (
                    f"Each link works once. If you have just connected {service}, all is well and you can close this page.",
                    f"If not: {again[0].lower()}{again[1:]}",
                ),
                "waiting",
            )
        case "wrong_browser":
            return Words(
                "This was begun in another browser",
                (
                    f"To keep anybody else from finishing your connection, it only works in the browser where it was begun. {_NOTHING}",
                    f"Go on there, or begin here: {again[0].lower()}{again[1:]}",
                ),
            )
        case "confirm":
            return Words(
                f"Waiting for {app}",
                (
                    f"You agreed at {service}. {app} finishes the connection once it knows that it is you.",
                    "You can go back there.",
                ),
                "waiting",
            )
        case "mismatch" | "context_mismatch":
            return Words(
                "This answer does not fit",
                (
                    f"What came back does not belong to the connection that was begun here, so it was thrown away. {_NOTHING}",
                    again,
                ),
            )
        case "other_identity":
            return Words(
                "This is another account",
                (
                    f"{message} Nothing was changed.",
                    f"Sign in to the right account at {service} first. {again}",
                ),
            )
        case "duplicate":
            return Words(
                "This account is connected already",
                (
                    f"{app} has this {service} account from you already, and goes on using that connection.",
                    "You can close this page.",
                ),
            )
        case "provider_down":
            return Words(
                f"{service} does not answer",
                (
                    f"{service} could not be reached just now. {_NOTHING}",
                    f"Wait a minute, then try once more. {again}",
                ),
            )
        case "switched_off" | "auth_config_disabled":
            return Words(
                "Connecting is switched off",
                (
                    f"{app} does not connect {service} at the moment. {_NOTHING}",
                    f"Ask {app} when it will be back.",
                ),
            )
        case "not_our_page":
            return Words(
                "Please press the button once more",
                (
                    f"The press did not come from this page, so nothing was done. {_NOTHING}",
                    f"Open the link again, or go back to {app}.",
                ),
            )
        case _:
            return Words(
                f"{service} could not connect you",
                (f"{service} ended it with an error. {_NOTHING}", again),
            )


_WITHOUT_A_LINK = {
    "link_unknown": Words(
        "There is no such link",
        (
            "Its address may have been cut off when it was copied. Go back to the app that sent you and press Connect again.",
        ),
    ),
    "callback_incomplete": Words(
        "There is nothing to finish here",
        (
            "This address only works as the way back from a service. Go back to the app that sent you and press Connect.",
        ),
    ),
    "callback_unknown": Words(
        "This answer belongs to nothing",
        (
            "No connection that is under way is waiting for it. It may have been begun again since. Nothing was shared.",
            "Go back to the app that sent you and press Connect again.",
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
    return _apart(toolkit.name if toolkit else session.account.toolkit_slug), _apart(session.project.name)


def _apart(name: str) -> str:
    """A name that reads from right to left, set apart so that it turns nothing around it (Unicode's UAX 9, 2.4)."""
    turns = any(unicodedata.bidirectional(each) in ("R", "AL") for each in name)
    return f"\u2068{name}\u2069" if turns else name


def time_in_words(time: timedelta) -> str:
    """As people say it: `ten minutes`, `one day`, `90 seconds`; never less than a second."""
    seconds = max(round(time.total_seconds()), 1)
    units = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
    size, name = next(each for each in units if seconds % each[0] == 0 or seconds >= 2 * each[0])
    number = round(seconds / size)
    counted = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{counted} {name}" if number == 1 else f"{counted} {name}s"
