"""Named places between two steps, where a test ends the process to see that nothing is lost. They do nothing by themselves."""

from __future__ import annotations

from collections.abc import Callable

reached: Callable[[str], None] | None = None


def fault_point(name: str) -> None:
    """The step before `name` is done, the one after it is not begun."""
    if reached is not None:
        reached(name)
