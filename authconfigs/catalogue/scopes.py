"""Scopes: what was granted, by the names that were asked for, and what they mean in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .toolkit import OAuth2, ScopeText, Toolkit

_ORDER = ("delete", "change", "read", "identity")


@dataclass(frozen=True, slots=True)
class Shared:
    """What connecting lets the app do, what matters most first; `unknown` are the scopes without words."""

    can: tuple[ScopeText, ...]
    cannot: tuple[str, ...]
    unknown: tuple[str, ...]


def granted_scopes(oauth2: OAuth2, asked: Iterable[str], answered: Iterable[str]) -> tuple[str, ...]:
    """What was granted, by the names that were asked for.

    What was asked for and is contained in a wider scope, or is never named in an answer, was granted with
    the rest.
    """
    asked = tuple(asked)
    named = [scope if scope in asked else oauth2.scope_aliases.get(scope, scope) for scope in answered]
    held = with_implied(oauth2, named) | frozenset(oauth2.unsaid_scopes)
    return tuple(dict.fromkeys([*named, *(scope for scope in asked if scope in held)]))


def missing_scopes(oauth2: OAuth2 | None, asked: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """What was asked for and is not granted, neither by itself nor as a part of a wider scope."""
    held = with_implied(oauth2, granted)
    return tuple(scope for scope in dict.fromkeys(asked) if scope not in held)


def with_implied(oauth2: OAuth2 | None, scopes: Iterable[str]) -> frozenset[str]:
    """These scopes and all that they contain."""
    held = set(scopes)
    waiting = list(held) if oauth2 is not None else []
    while waiting and oauth2 is not None:
        found = set(oauth2.scope_implies.get(waiting.pop(), ())) - held
        held |= found
        waiting.extend(found)
    return frozenset(held)


def what_is_shared(toolkit: Toolkit, scopes: Sequence[str]) -> Shared:
    """In plain words, for the page: the sensitive first, and deleting before changing before reading."""
    texts = {toolkit.scopes[scope].text: toolkit.scopes[scope] for scope in scopes if scope in toolkit.scopes}
    can = sorted(texts.values(), key=lambda each: (not each.sensitive, _ORDER.index(each.kind)))
    held = with_implied(toolkit.oauth2, scopes)
    unknown = tuple(dict.fromkeys(scope for scope in scopes if scope not in toolkit.scopes))
    # Of a scope without words nothing can be said to be impossible.
    sure = () if unknown else toolkit.cannot
    return Shared(
        can=tuple(can),
        cannot=tuple(each.text for each in sure if held.isdisjoint(each.unless)),
        unknown=unknown,
    )
