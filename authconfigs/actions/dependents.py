"""What depends on an auth config: upper floors say how many there are, and how they are ended with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from authconfigs.models import AuthConfig
from flowra.events.record import Actor

Count = Callable[[Sequence[str]], Mapping[str, int]]
RevokeAll = Callable[[AuthConfig, Actor, str], None]

_counts: list[Count] = []
_ends: list[RevokeAll] = []


def register_dependents(*, count: Count, revoke_all: RevokeAll) -> None:
    """`count` answers how many each of some auth config ids has (none: left out), in one query; `revoke_all` ends all
    of one auth config's, in the caller's transaction.
    """
    if count not in _counts:
        _counts.append(count)
        _ends.append(revoke_all)


def count_dependents(ids: Sequence[str]) -> dict[str, int]:
    """How many depend on each of these auth configs, 0 where none does."""
    found = dict.fromkeys(ids, 0)
    if found:
        for count in _counts:
            for id, number in count(ids).items():
                found[id] += number
    return found


def revoke_dependents(auth_config: AuthConfig, actor: Actor, reason: str) -> None:
    """Ends all that depends on it, in the caller's transaction."""
    for end in _ends:
        end(auth_config, actor, reason)
