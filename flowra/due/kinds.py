"""What falls due, by kind: upper floors register theirs, the worker sweeps them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.module_loading import import_string

from flowra.due.row import DueRow


@dataclass(frozen=True, slots=True)
class DueKind:
    """`act(row)` gets a leased row and settles it; a raised exception leaves it to the next lease.

    `claim(limit, lease)` takes the place of `row.claim` for a kind whose rows do not simply go oldest first. `share` is
    how much of a worker's threads the kind may hold at once, one at least: one whose acts wait for others' slow servers
    leaves the rest to the other kinds.
    """

    model: type[DueRow]
    act: Callable[[Any], None]
    lease: timedelta
    batch: int = 20
    claim: Callable[[int, timedelta], Sequence[DueRow]] | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so often, wherever a worker runs; it must be harmless when two do it at once."""

    act: Callable[[], None]
    every: timedelta


KINDS: dict[str, DueKind] = {}
CHORES: dict[str, Chore] = {}


def register_kind(name: str, kind: DueKind) -> None:
    """Makes the worker sweep that kind."""
    KINDS[name] = kind


def register_chore(name: str, chore: Chore) -> None:
    """Makes the worker do it every so often."""
    CHORES[name] = chore


def at_first_use(path: str) -> Callable[..., None]:
    """The function at a dotted path, imported when it is first called: what only a worker does costs no start-up."""

    def act(*row: Any) -> None:
        import_string(path)(*row)

    return act
