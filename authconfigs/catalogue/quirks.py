"""The few exceptions that are no data: plain functions, named by a toolkit's data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Parameters = dict[str, str]
Answer = dict[str, Any]


def _as_it_is(value: Any) -> Any:
    return value


AUTHORIZE: dict[str, Callable[[Parameters], Parameters]] = {}
TOKEN_RESPONSE: dict[str, Callable[[Answer], Answer]] = {}
IDENTITY: dict[str, Callable[[Answer], Answer]] = {}


def authorize_quirk(name: str | None) -> Callable[[Parameters], Parameters]:
    """Changes the authorization request's parameters."""
    return AUTHORIZE[name] if name else _as_it_is


def token_response_quirk(name: str | None) -> Callable[[Answer], Answer]:
    """Lifts what a token answer nests to where RFC 6749, 5.1 has it."""
    return TOKEN_RESPONSE[name] if name else _as_it_is


def identity_quirk(name: str | None) -> Callable[[Answer], Answer]:
    """Makes an identity call's answer one that dotted paths can read."""
    return IDENTITY[name] if name else _as_it_is
