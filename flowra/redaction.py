"""Masks for whatever a person or a log may see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "••••••••"

_SECRET_NAMES = re.compile(
    r"(secret|password|passwd|token|api_?key|authorization|cookie|credential|code_verifier|private_key|^code$|^state$)",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(flw_(?:live|test)_[0-9A-Za-z]+"
    r"|(?i:bearer|basic)\s+[0-9A-Za-z._~+/=-]{8,}"
    r"|(?<=/connect/)[0-9A-Za-z_-]{20,}"
    r"|(?i:(?<=[?&;\s\"'{,])(?:[a-z_]*token|client_secret|api_?key|password|code|state|code_verifier)[\"']?[=:]\s*[\"']?)"
    r"[^\s&\"',;}]+)"
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
