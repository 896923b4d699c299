"""What a test found, in words: what was checked, and which of the two sides is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from authconfigs.actions.check_auth_config import Check
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.pages.setup_steps import client_words

_SHAPES = {
    "passed": ("good", "●", "Right"),
    "failed": ("bad", "✕", "Wrong"),
    "unknown": ("off", "◇", "Can't be told"),
}


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """One thing that was tried. `provider_error` is the service's own word."""

    kind: str
    shape: str
    word: str
    what: str
    words: str
    provider_error: str


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `to_mend` is `here`, `console`, `service`, or empty where nothing is wrong."""

    kind: str
    headline: str
    advice: str
    to_mend: str
    checks: tuple[ToldCheck, ...]

    @property
    def shows_redirect_uri(self) -> bool:
        """Whether the address to paste belongs beside the advice."""
        return self.to_mend == "console"


def told(checks: Sequence[Check], toolkit: Toolkit, *, is_managed: bool) -> Told:
    """The first failure decides: without the client, nothing else can be told."""
    wrong = sorted(
        (each for each in checks if each.outcome == "failed"),
        key=lambda each: (
            ("client", "redirectUri", "scopes").index(each.name)
            if each.name in ("client", "redirectUri", "scopes")
            else 3
        ),
    )
    shown = tuple(_told(each, toolkit) for each in checks)
    if not wrong:
        known = any(each.name == "client" and each.outcome == "passed" for each in checks)
        return Told("good", *_good_words(toolkit, known), "", shown)
    first = wrong[0]
    return Told("bad", *_bad_words(first, toolkit, is_managed), first.to_mend or "service", shown)


def not_tested(words: str) -> Told:
    """What hindered the test itself."""
    return Told("bad", "This could not be tested", words, "", ())


def _good_words(toolkit: Toolkit, known: bool) -> tuple[str, str]:
    if known:
        return (
            f"{toolkit.name} knows your app",
            "Client ID and secret belong together. The last proof is to connect an account of your own.",
        )
    if toolkit.oauth2 is None:
        return f"{toolkit.name} answers", "Whether a key is good is tried when somebody connects with it."
    return (
        "Nothing is wrong as far as one can tell",
        f"{toolkit.name} does not let everything be tried without a person. Connect an account of your own to be sure.",
    )


def _bad_words(check: Check, toolkit: Toolkit, is_managed: bool) -> tuple[str, str]:
    name = toolkit.name
    console = toolkit.setup.console_name or f"{name}'s console"
    id_words, secret_words = client_words(toolkit)
    if is_managed and check.to_mend in ("here", "console"):
        what = {"client": "this Flowra's own client", "scopes": "a scope for this Flowra's own client"}
        return (
            f"{name} refuses {what.get(check.name, 'this redirect URI for this Flowra’s own client')}",
            f"Whoever runs this Flowra has to mend it at {name}.",
        )
    if check.to_mend == "here":
        return (
            f"{name} refuses the client: mend it here",
            f"What is stored here does not fit what {name} has. Copy “{id_words}” and “{secret_words}” from {console} once more, "
            "whole and without blanks, and save them here. If the secret was made anew there, the old one is over.",
        )
    if check.to_mend == "console":
        if check.name == "scopes":
            return (
                f"{name} refuses a scope: mend it in {console}",
                f"Client and redirect URI are right. Allow the scopes for your app in {console}, or ask for fewer here.",
            )
        return (
            f"{name} does not take the redirect URI: mend it in {console}",
            f"Client ID and secret are right. {console} must have exactly this address, to the last character; "
            "if it does, a scope that is asked for is not allowed there.",
        )
    return (
        f"{name} did not answer as it should",
        "This is neither your client nor your redirect URI. Test again in a few minutes"
        + (", and look at the addresses of your toolkit." if toolkit.id else "."),
    )


def _told(check: Check, toolkit: Toolkit) -> ToldCheck:
    kind, shape, word = _SHAPES[check.outcome]
    words = check.message.replace("The service", toolkit.name, 1)
    # What it complains of in a made-up code means that all is well, and would only frighten.
    error = check.provider_error if check.outcome != "passed" else None
    return ToldCheck(kind, shape, word, _what(check.name, toolkit), words, error or "")


def _what(name: str, toolkit: Toolkit) -> str:
    return {
        "authorizationUrl": f"{toolkit.name}'s page that asks people",
        "client": "Client ID and secret",
        "redirectUri": "Redirect URI",
        "scopes": "Scopes",
        "baseUrl": f"{toolkit.name}'s API",
    }.get(name, name)
