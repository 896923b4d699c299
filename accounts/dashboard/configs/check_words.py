"""What a test found, in words: what was checked, and which of the two sides is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.dashboard.configs.mend_words import bad_words
from authconfigs.actions.found_wrong import Check
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig

_SHAPES = {
    "passed": ("good", "●", "Right"),
    "failed": ("bad", "✕", "Wrong"),
    "unknown": ("off", "◇", "Can't be told"),
}


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """One thing that was tried. `provider_error` is what the service said to it."""

    kind: str
    shape: str
    word: str
    what: str
    words: str
    provider_error: str


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `kind` is `good`, `bad`, or `careful` where it has to be tried again. `to_mend` is `here`, `console`,
    `service`, or empty where nothing is wrong.
    """

    kind: str
    headline: str
    advice: str
    to_mend: str
    cause: str
    checks: tuple[ToldCheck, ...]

    @property
    def shape(self) -> str:
        """The kind without its colour."""
        return {"good": "●", "careful": "▲"}.get(self.kind, "✕")

    @property
    def shows_redirect_uri(self) -> bool:
        """Whether the address to paste belongs beside the advice."""
        return self.to_mend == "console"


def told(checks: Sequence[Check], toolkit: Toolkit, auth_config: AuthConfig) -> Told:
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
    if wrong:
        first = wrong[0]
        side, cause = first.to_mend or "service", first.cause or ""
        return Told("bad", *bad_words(first, toolkit, auth_config), side, cause, shown)
    if any(each.cause == "busy" for each in checks):
        return Told("careful", *_busy_words(toolkit), "service", "busy", shown)
    known = any(each.name == "client" and each.outcome == "passed" for each in checks)
    return Told("good", *_good_words(toolkit, known), "", "", shown)


def not_tested(words: str) -> Told:
    """What hindered the test itself."""
    return Told("bad", "This could not be tested", words, "", "", ())


def _busy_words(toolkit: Toolkit) -> tuple[str, str]:
    return (
        f"{toolkit.name} asks to wait",
        "It was asked too often from here, so this says nothing of your client. Test again in a few minutes.",
    )


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


def _told(check: Check, toolkit: Toolkit) -> ToldCheck:
    kind, shape, word = _SHAPES[check.outcome]
    words = check.message.replace("The service", toolkit.name, 1)
    # What it complains of in a made-up code means that all is well, and would only frighten.
    says = (check.provider_error, check.provider_words) if check.outcome != "passed" else ()
    return ToldCheck(kind, shape, word, _what(check, toolkit), words, ": ".join(filter(None, says)))


def _what(check: Check, toolkit: Toolkit) -> str:
    if check.name == "client" and check.cause not in (None, "client"):
        # Nobody looked at the client, so that it is not what is wrong.
        return f"{toolkit.name}'s token endpoint"
    return {
        "authorizationUrl": f"{toolkit.name}'s page that asks people",
        "client": "Client ID and secret",
        "redirectUri": "Redirect URI",
        "scopes": "Scopes",
        "baseUrl": f"{toolkit.name}'s API",
    }.get(check.name, check.name)
