"""What to do about what a test found wrong: a headline that says which side, and what to press or whom to ask."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.text import capfirst

from authconfigs.actions.found_wrong import Check
from authconfigs.catalogue.fill import names_in
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.pages.setup_steps import client_words

_NEITHER = "This is neither your client nor your redirect URI."


def bad_words(check: Check, toolkit: Toolkit, auth_config: AuthConfig) -> tuple[str, str]:
    """Headline and advice for the failure that has to be mended first."""
    name = toolkit.name
    console = toolkit.setup.console_name or f"{name}'s console"
    if auth_config.is_provider_managed and check.cause in ("client", "redirect", "scope"):
        what = {"client": "this Flowra's own client", "scope": "a scope for this Flowra's own client"}
        return (
            f"{name} refuses {what.get(check.cause, 'this redirect URI for this Flowra’s own client')}",
            f"Whoever runs this Flowra has to mend it at {name}.",
        )
    match check.cause:
        case "client":
            id_words, secret_words = client_words(toolkit)
            return (
                f"{name} refuses the client: mend it here",
                f"What is stored here does not fit what {name} has. Copy “{id_words}” and “{secret_words}” from {console} once more, "
                "whole and without blanks, and save them here. If the secret was made anew there, the old one is over.",
            )
        case "scope":
            return (
                f"{name} refuses a scope: mend it in {console}",
                f"Client and redirect URI are right. Allow the scopes for your app in {console}, or ask for fewer here.",
            )
        case "redirect":
            return (
                f"{name} does not take the redirect URI: mend it in {console}",
                f"{console} must have exactly this address, to the last character; "
                "if it does, a scope that is asked for is not allowed there.",
            )
        case "name" | "inward" | "address":
            return _address_words(check, toolkit)
    return _service_words(check, toolkit, auth_config)


def _address_words(check: Check, toolkit: Toolkit) -> tuple[str, str]:
    """What is stored leads to the wrong place."""
    name, typed = toolkit.name, _typed(toolkit)
    here = ": mend it here" if typed else ""
    where = f"Look at {typed}." if typed else ""
    match check.cause:
        case "name":
            headline, what = (
                f"{name}'s address leads nowhere{here}",
                "This server finds no host of that name.",
            )
            operator = "whoever runs this Flowra has to look at its DNS, and whether it may call out."
        case "inward":
            headline = f"{name}'s address is inside a private network"
            what = "This Flowra calls nothing there."
            operator = "whoever runs this Flowra has to name that network in FLOWRA_OUTBOUND_ALLOW."
        case _:
            headline, what = f"{name} is not at its address{here}", f"{_NEITHER} {check.message}"
            operator = "whoever runs this Flowra has to look what it says of the service."
    last = f"If that is right, {operator}" if typed else capfirst(operator)
    return headline, " ".join(filter(None, (what, where, last)))


def _service_words(check: Check, toolkit: Toolkit, auth_config: AuthConfig) -> tuple[str, str]:
    """It is there, or should be, and does not answer as it should."""
    name, typed = toolkit.name, _typed(toolkit)
    through = ""
    if auth_config.proxy_url and check.cause != "trouble":
        proxy = urlsplit(auth_config.proxy_url).hostname
        through = (
            f" All calls go through the proxy at {proxy}, as this auth config says: look whether it runs."
        )
    look = (
        f" If it stays so, look at {typed}."
        if typed
        else " If it stays so, look whether this server may call out."
    )
    match check.cause:
        case "certificate":
            mend = f" Whoever runs {name} has to mend that" + (f"; or mend {typed}." if typed else ".")
            return f"{name} cannot be trusted: nothing was sent", f"{_NEITHER} {check.message}{mend}{through}"
        case "slow":
            headline = f"{name} does not answer in time"
        case "trouble":
            headline = f"{name} is in trouble"
        case _:
            headline = f"{name} cannot be reached"
    return headline, f"{_NEITHER} Test again in a few minutes.{look}{through}"


def _typed(toolkit: Toolkit) -> str:
    """Which part of the service's addresses people typed; empty for one that the catalogue has."""
    if toolkit.id is not None:
        return f"the addresses of your toolkit {toolkit.name}"
    urls = (
        toolkit.base_url,
        *((toolkit.oauth2.authorization_url, toolkit.oauth2.token_url) if toolkit.oauth2 else ()),
    )
    asked = {each.name: each.display_name for each in toolkit.config_fields}
    named = [
        asked[name] for name in dict.fromkeys(name for url in urls for name in names_in(url)) if name in asked
    ]
    return f"“{'” and “'.join(named)}”" if named else ""
