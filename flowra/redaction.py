"""Masks for whatever a person or a log may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "••••••••"
SHORTEST_SECRET = 6

_SECRET_NAMES = re.compile(
    r"(secret|pass(?:word|wd|phrase)|token|api[_-]?key|authorization|cookie|credential|assertion|code_verifier"
    r"|private[_-]?key|^sessionid$|^code$|^state$)",
    re.IGNORECASE,
)
_NAMED = (
    r"[\w-]*(?:token|secret|pass(?:word|wd|phrase)|api[_-]?key|private[_-]?key|code_verifier|assertion)"
    r"|code|state|sessionid"
)
_SECRET_TEXT = re.compile(
    "|".join(
        (
            r"flw_(?:live|test)_[0-9A-Za-z]+",
            r"\bwhsec_[0-9A-Za-z+/=]+",
            # Keys and tokens that show by their beginning what they are, wherever they stand: GitHub's, GitLab's, Slack's,
            # Google's, OpenAI's; and JSON Web Tokens.
            r"\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|ya29\.|sk-)[0-9A-Za-z._-]{8,}",
            r"\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*",
            r"(?i:\b(?:set-)?cookie[\"']?\s*[:=])[^\r\n]+",
            # A name that tells of a secret, and its value: quoted to the closing quote, else to the next separator.
            rf"(?i:(?<![\w-])(?:{_NAMED})\\?[\"']?\s*[=:]\s*(?:[\"']?(?:bearer|basic)\s+)?)"
            r"(?:\\\"[^\"]*\"?|\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[^\s&\"',;}]+)",
            r"(?i:\b(?:bearer|basic))\s+[0-9A-Za-z._~+/=-]{8,}",
            r"(?:(?<=/connect/)|(?<=connect%2F))[0-9A-Za-z_-]{20,}",
            r"(?:(?<=/join/)|(?<=join%2F))[0-9A-Za-z_-]{20,}",
            # The ids of a portal's pages are shorter than its token.
            r"(?:(?<=/portal/)|(?<=portal%2F))[0-9A-Za-z_-]{40,}",
            r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
        )
    )
)


def last_four(secret: str) -> str:
    """A secret masked to its last four characters; short ones are masked whole."""
    return f"{MASK}{secret[-4:]}" if len(secret) >= 12 else MASK


def is_secret_name(name: str) -> bool:
    """Whether a field of this name is taken to hold a secret."""
    return _SECRET_NAMES.search(name) is not None


def scrub_text(text: str) -> str:
    """Free text with everything that looks like a credential masked: keys, bearer tokens, link tokens, codes."""
    return _SECRET_TEXT.sub(MASK, text)


def scrub(value: Any) -> Any:
    """JSON-like data with the values of secret-sounding names masked and texts scrubbed, at any depth."""
    if isinstance(value, Mapping):
        return {
            key: MASK if is_secret_name(str(key)) and item else scrub(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    if isinstance(value, str):
        return scrub_text(value)
    return value


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with these secrets masked, and whatever else in it looks like one: for words of others who were sent them."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return scrub_text(text)
