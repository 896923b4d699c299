"""Tokens that an app already has, as it gives them: `access_token` and what a token endpoint answers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.oauth2.token_response import MAX_LIFETIME_SECONDS, MAX_TOKEN_LENGTH, Tokens, scopes_in
from flowra.errors import FieldProblem, InvalidInput

ACCESS_TOKENS = ("access_token", "user_access_token")
TOKENS = (*ACCESS_TOKENS, "refresh_token", "user_refresh_token", "id_token")
BESIDES = ("expires_in", "expires_at", "scope", "scopes", "token_type")
MAX_SCOPES = 200
# Bound to a key that stays with whoever was granted them: of no use here.
BOUND_TYPES = ("mac", "dpop")


@dataclass(frozen=True, slots=True)
class GivenTokens:
    """`expires_at` None: nobody knows. `tokens.scopes` None where they were not given."""

    tokens: Tokens
    expires_at: datetime | None

    @property
    def has_run_out(self) -> bool:
        """The access token is of no use any more; its refresh token is."""
        return self.expires_at is not None and self.expires_at <= timezone.now()


def tokens_given(
    val: Mapping[str, Any], *, scope_separator: str, named: str
) -> tuple[GivenTokens | None, dict[str, Any]]:
    """The tokens in `val`, None without any, and what else is in it.

    Raises InvalidInput naming each field that will not do, under `named`.
    """
    rest = {name: value for name, value in val.items() if name not in (*TOKENS, *BESIDES)}
    given = {name: val[name] for name in (*TOKENS, *BESIDES) if val.get(name) is not None}
    if not given:
        return None, rest
    problems = {name: words for name in TOKENS if (words := _problem_with_token(name, given.get(name)))}
    if "access_token" not in given:
        problems["access_token"] = (
            "is needed; send the last one with expires_in 0 where it has run out, and a refresh_token"
        )
    if str(given.get("token_type", "")).lower() in BOUND_TYPES:
        problems["token_type"] = "is one that only the app itself can use; Flowra takes bearer tokens"
    expires_at = _expires_at(given, problems)
    scopes = _scopes(given, scope_separator, problems)
    has_run_out = expires_at is not None and expires_at <= timezone.now()
    if not problems and has_run_out and "refresh_token" not in given:
        problems["refresh_token"] = "is needed, since the access token has run out"
    if problems:
        raise InvalidInput.fields(FieldProblem(named + name, words) for name, words in problems.items())
    tokens = Tokens(**{name: given[name] for name in TOKENS if name in given}, scopes=scopes)
    return GivenTokens(tokens, expires_at), rest


def _problem_with_token(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        return "must be a text."
    if len(value) > MAX_TOKEN_LENGTH:
        return "is too long."
    # RFC 6749, appendices A.12 and A.17; a blank would split the header that carries an access token (RFC 6750, 2.1).
    if not value.isascii() or not value.isprintable() or (name in ACCESS_TOKENS and " " in value):
        return "has characters that cannot be sent."
    return None


def _expires_at(given: Mapping[str, Any], problems: dict[str, str]) -> datetime | None:
    if "expires_in" in given and "expires_at" in given:
        problems["expires_in"] = "and expires_at say the same: send one of them"
        return None
    latest = timezone.now() + timedelta(seconds=MAX_LIFETIME_SECONDS)
    if "expires_at" in given:
        moment = _moment(given["expires_at"])
        if moment is None:
            problems["expires_at"] = "must be a time like 2026-12-01T09:30:00Z"
        return None if moment is None else min(moment, latest)
    if "expires_in" in given:
        seconds = _seconds(given["expires_in"])
        if seconds is None:
            problems["expires_in"] = "must be a number of seconds from now, 0 when it has run out"
            return None
        return timezone.now() + timedelta(seconds=min(seconds, MAX_LIFETIME_SECONDS))
    return None


def _seconds(value: Any) -> int | None:
    """Some services write the number as a text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 15:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return int(value)


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _scopes(given: Mapping[str, Any], separator: str, problems: dict[str, str]) -> tuple[str, ...] | None:
    if "scope" in given and "scopes" in given:
        problems["scopes"] = "and scope say the same: send one of them"
        return None
    name = "scope" if "scope" in given else "scopes"
    value = given.get(name)
    parts = value if isinstance(value, list) else [value]
    if value is not None and not all(isinstance(part, str) for part in parts):
        problems[name] = "must be a text or a list of texts"
        return None
    found = scopes_in(value, separator)
    if found is not None and len(found) > MAX_SCOPES:
        problems[name] = f"may be at most {MAX_SCOPES}"
    return found
