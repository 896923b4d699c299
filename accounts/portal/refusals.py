"""What cannot be shown or done, in words for the person whose page it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from flowra.errors import FlowraError


@dataclass(frozen=True, slots=True)
class Words:
    """A page's heading and paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


def refusal_words(error: FlowraError, app: str | None) -> Words:
    """By the refusal's code; `app` None: it is not known whose page it would have been."""
    app = app or _("the app that sent you")
    again = _("Go back to %(app)s and open your connections from there again.") % {"app": app}
    match error.problem_code:
        case "portal_unknown":
            return Words(
                _("There is no such page"),
                (_("Its address may have been cut off when it was copied."), again),
            )
        case "portal_expired":
            return Words(
                _("This page has run out"),
                (_("To keep strangers out, it works for a short time only, and that time is over."), again),
            )
        case "portal_elsewhere":
            return Words(
                _("This page is open in another browser"),
                (
                    _("To keep strangers out, it only works in the browser that opened it first."),
                    _("Go on there, or go back to %(app)s and open your connections from there again.")
                    % {"app": app},
                ),
            )
        case "user_inactive":
            return Words(
                _("This page is switched off for you"),
                (
                    _("%(app)s has switched off your user, and nothing is done for you meanwhile.")
                    % {"app": app},
                    _("Ask %(app)s about it.") % {"app": app},
                ),
            )
        case "not_our_page":
            return Words(
                _("Please press the button once more"),
                (_("The press did not come from this page, so nothing was done."),),
            )
        case "no_cookies":
            return Words(
                _("Your browser keeps no cookies here"),
                (
                    _("One cookie is needed to keep others out of this page. Nothing was done."),
                    _("Allow cookies for this site, then load this page again."),
                ),
            )
        case "account_not_found":
            return Words(
                _("There is no such connection"),
                (_("It may have been disconnected meanwhile, here or by %(app)s.") % {"app": app},),
            )
        case "account_disabled" | "auth_config_disabled":
            return Words(
                _("Connecting is switched off"),
                (
                    _("%(app)s has switched it off. Nothing was changed.") % {"app": app},
                    _("Ask %(app)s when it will be back.") % {"app": app},
                ),
            )
        case "app_confirms":
            return Words(
                _("Connect it again in %(app)s") % {"app": app},
                (
                    _("%(app)s looks itself at who connects what, so this begins there. Nothing was changed.")
                    % {"app": app},
                ),
            )
        case _:
            return Words(_("That did not work"), (_("Nothing was changed. Go back and try again."),))
