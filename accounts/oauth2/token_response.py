"""A token endpoint's answer, as it is in the wild, to tokens or a typed refusal.

Seen: form-encoded bodies, JSON under a wrong content type, status 200 with an `error` inside, tokens nested, `expires_in`
as text, scopes by comma or as a list, no scope at all, no refresh token. RFC 6749, 5.1 and 5.2 is what was meant.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flowra.errors import ProviderFailed

MAX_TOKEN_LENGTH = 16_384
MAX_LIFETIME_SECONDS = 10 * 365 * 86_400
MAX_WORDS = 500
# What services call the time until the refresh token, and with it the grant, ends.
GRANT_ENDS_IN = ("refresh_token_expires_in", "refresh_expires_in", "x_refresh_token_expires_in")
SECRET_PARTS = ("access_token", "refresh_token", "id_token")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What was granted. `expires_in` in seconds; `scopes` None when the server did not say (then: as asked, RFC 6749, 5.1).

    `user_access_token` and `user_refresh_token` are the person's own where the app's come beside them. `told` is the
    answer without its tokens: some services tell there whose account it is. `refresh_expires_in`: seconds until the
    grant ends, where the service says so.
    """

    access_token: str
    refresh_token: str | None = None
    id_token: str | None = None
    user_access_token: str | None = None
    user_refresh_token: str | None = None
    expires_in: int | None = None
    refresh_expires_in: int | None = None
    scopes: tuple[str, ...] | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Tokens(refreshable={self.refresh_token is not None}, expires_in={self.expires_in})"


class TokenRefused(ProviderFailed):
    """502: the token endpoint said no; `error` is its code (RFC 6749, 5.2), `provider_error` its words.

    `answered` is the HTTP status that it came with.
    """

    code = "provider_refused"

    def __init__(
        self, error: str, words: str = "", *, answered: int = 400, retry_after: int | None = None
    ) -> None:
        super().__init__(
            "The service refused to give a token.", provider_error=words or error, retry_after=retry_after
        )
        self.error = error
        self.answered = answered


class TokenAnswerUnusable(ProviderFailed):
    """502: the answer has neither tokens nor an error that can be understood. `answered` is its HTTP status."""

    code = "provider_answer_unusable"

    def __init__(self, message: str, *, answered: int = 200, retry_after: int | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.answered = answered


Reshape = Callable[[dict[str, Any]], dict[str, Any]]


def parse_token_response(
    status: int,
    body: str,
    *,
    scope_separator: str = " ",
    reshape: Reshape | None = None,
    retry_after: int | None = None,
) -> Tokens:
    """Tokens from an answer of that HTTP status; `reshape` lifts what a service nests to where the RFC has it.

    `retry_after` is what the answer's header asks for, in seconds.

    Raises TokenRefused when the answer holds an error, TokenAnswerUnusable for anything else that is not tokens.
    """
    answer = _object_in(body)
    error = _error_in(answer, status)
    if error is not None:
        raise TokenRefused(*error, answered=status, retry_after=retry_after)
    if status >= 500 or status == 429:
        raise TokenAnswerUnusable(
            f"The service answered its token request with status {status}.",
            answered=status,
            retry_after=retry_after,
        )
    if status >= 400:
        raise TokenRefused(
            f"http_{status}", _words(answer.get("message")), answered=status, retry_after=retry_after
        )
    shaped = reshape(answer) if reshape else answer
    access_token = shaped.get("access_token")
    if not isinstance(access_token, str) or not access_token or len(access_token) > MAX_TOKEN_LENGTH:
        raise TokenAnswerUnusable("The service answered its token request without a token.")
    token_type = shaped.get("token_type")
    if isinstance(token_type, str) and token_type.lower() in ("mac", "dpop"):
        raise TokenAnswerUnusable(f"The service answered with a {token_type} token, which is not supported.")
    return Tokens(
        access_token=_header_safe(access_token),
        refresh_token=_text(shaped.get("refresh_token")),
        id_token=_text(shaped.get("id_token")),
        user_access_token=_text(shaped.get("user_access_token")),
        user_refresh_token=_text(shaped.get("user_refresh_token")),
        expires_in=_seconds(shaped.get("expires_in")),
        refresh_expires_in=next(filter(None, (_seconds(shaped.get(name)) for name in GRANT_ENDS_IN)), None),
        scopes=scopes_in(shaped.get("scope"), scope_separator),
        told=_without_tokens(answer),
    )


def _object_in(body: str) -> dict[str, Any]:
    text = body.lstrip("\ufeff").strip()
    if text.startswith("{"):
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        return parsed if isinstance(parsed, dict) else {}
    if "=" in text and "<" not in text and len(text) < 100_000:
        return dict(parse_qsl(text))
    return {}


def _error_in(answer: Mapping[str, Any], status: int) -> tuple[str, str] | None:
    error = answer.get("error")
    if error is None and status >= 400:
        # Notion's API has it in `code`, HubSpot's in `status`.
        error = next((answer[name] for name in ("code", "status") if isinstance(answer.get(name), str)), None)
    words = answer.get("error_description") or answer.get("message") or answer.get("error_message")
    if isinstance(error, Mapping):
        words = error.get("message") or words
        error = error.get("type") or error.get("code") or "error"
    if isinstance(error, str | int) and error not in ("", 0, False):
        return str(error)[:100], _words(words)
    if answer.get("ok") is False:
        return "error", _words(words)
    return None


def _words(value: Any) -> str:
    return value[:MAX_WORDS] if isinstance(value, str) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value and len(value) <= MAX_TOKEN_LENGTH else None


def _header_safe(token: str) -> str:
    """RFC 6750, 2.1 allows printable ASCII; anything else would split or break the header that carries it."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise TokenAnswerUnusable("The service answered with a token that cannot be sent.")
    return token


def _seconds(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number) or number <= 0:
        return None
    return int(min(number, MAX_LIFETIME_SECONDS))


def scopes_in(value: Any, separator: str) -> tuple[str, ...] | None:
    """A list of scopes, or a text with the service's own separator, blanks or commas; None where there is nothing."""
    if isinstance(value, list):
        parts = [part for part in value if isinstance(part, str)]
    elif isinstance(value, str) and value.strip():
        parts = value.replace(separator, " ").replace(",", " ").split()
    else:
        return None
    return tuple(dict.fromkeys(part[:300] for part in parts if part)) or None


def _without_tokens(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_tokens(item) for key, item in value.items() if key not in SECRET_PARTS}
    return [_without_tokens(item) for item in value] if isinstance(value, list) else value
