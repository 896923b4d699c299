"""New and lost accounts by day: a chart, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

# The picture's rows, in pixels: what was won stands on the line, what was lost hangs below it.
TALLEST_UP = 96
TALLEST_DOWN = 48
ABOVE = 20
LINE = ABOVE + TALLEST_UP
LEAST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a day's bar: across in per cent of the width, up and down in pixels."""

    kind: str
    x: str
    width: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A text on the picture, at a place across in per cent."""

    text: str
    x: str
    y: int
    anchor: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's numbers; `words` are for whoever points at its bars."""

    day: date
    name: str
    words: str
    connected: int
    reconnected: int
    expired: int
    deleted: int
    bars: tuple[Bar, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing came or went."""
        return not (self.connected or self.reconnected or self.expired or self.deleted)


@dataclass(frozen=True, slots=True)
class Days:
    """The chart. `days` are the oldest first; `newest_first` is for the table."""

    days: tuple[Day, ...]
    marks: tuple[Mark, ...]
    line: int
    height: int
    connected: int
    reconnected: int
    expired: int
    deleted: int

    @property
    def new(self) -> int:
        """Those that came, for the first time or again."""
        return self.connected + self.reconnected

    @property
    def lost(self) -> int:
        """Those that went: the permission ended, or they were removed."""
        return self.expired + self.deleted

    @property
    def totals(self) -> tuple[tuple[str, str, str], ...]:
        """Each kind with its number and its words; what never happened is left out, but for the new."""
        return tuple(
            (kind, f"{number:,}", words)
            for kind, number, words in (
                ("connected", self.connected, "new"),
                ("reconnected", self.reconnected, "connected again"),
                ("expired", self.expired, "ended at the service"),
                ("deleted", self.deleted, "removed"),
            )
            if number or kind == "connected"
        )

    @property
    def words(self) -> str:
        """The chart for those who do not see it."""
        told = ", ".join(f"{number} {words}" for _, number, words in self.totals)
        return f"In the last {len(self.days)} days: {told}."

    @property
    def newest_first(self) -> tuple[Day, ...]:
        """The days with the latest on top."""
        return self.days[::-1]


def days_shown(counted: Sequence[Mapping[str, Any]]) -> Days:
    """From what `count_figures` has under `days`."""
    most_up = max((each["connected"] + each["reconnected"] for each in counted), default=0)
    most_down = max((each["expired"] + each["deleted"] for each in counted), default=0)
    # One scale for both directions, or they could not be compared.
    unit = min(
        TALLEST_UP / most_up if most_up else TALLEST_UP,
        TALLEST_DOWN / most_down if most_down else TALLEST_DOWN,
    )
    days = tuple(_day(number, len(counted), each, unit) for number, each in enumerate(counted))
    down = max((bar.y + bar.height for day in days for bar in day.bars if bar.y >= LINE), default=LINE)
    up = min((bar.y for day in days for bar in day.bars), default=LINE)
    return Days(
        days=days,
        marks=_marks(days, most_up, most_down, up, down),
        line=LINE,
        height=down + (18 if most_down else 4) + 20,
        connected=sum(each.connected for each in days),
        reconnected=sum(each.reconnected for each in days),
        expired=sum(each.expired for each in days),
        deleted=sum(each.deleted for each in days),
    )


def _day(number: int, of: int, counted: Mapping[str, Any], unit: float) -> Day:
    day = date.fromisoformat(counted["day"])
    name = date_format(day, "j F")
    kinds = ("connected", "reconnected", "expired", "deleted")
    numbers = {kind: int(counted[kind]) for kind in kinds}
    told = ", ".join(
        f"{numbers[kind]} {words}"
        for kind, words in zip(kinds, ("new", "connected again", "ended", "removed"), strict=True)
        if numbers[kind]
    )
    slot = 100 / of
    x, width = f"{slot * number + slot * 0.14:.2f}%", f"{slot * 0.72:.2f}%"
    bars = []
    top, bottom = LINE, LINE + 1
    for kind in kinds[:2]:
        if height := _height(numbers[kind], unit):
            top -= height
            bars.append(Bar(kind, x, width, top, height))
    for kind in kinds[2:]:
        if height := _height(numbers[kind], unit):
            bars.append(Bar(kind, x, width, bottom, height))
            bottom += height
    return Day(day=day, name=name, words=f"{name}: {told or 'nothing'}", bars=tuple(bars), **numbers)


def _height(number: int, unit: float) -> int:
    return max(round(number * unit), LEAST) if number else 0


def _marks(days: tuple[Day, ...], most_up: int, most_down: int, up: int, down: int) -> tuple[Mark, ...]:
    """The ends of the time below, and the number on the tallest bar of each direction."""
    under = down + (18 if most_down else 4) + 14
    found = [Mark(days[0].name, "0%", under, "start", "quiet"), Mark("Today", "100%", under, "end", "quiet")]
    middle = len(days) // 2
    found.append(Mark(days[middle].name, _across(middle, len(days)), under, "middle", "quiet"))
    if most_up:
        place = next(
            number for number, each in enumerate(days) if each.connected + each.reconnected == most_up
        )
        found.append(_on_bar(f"{most_up:,}", place, len(days), up - 6))
    if most_down:
        place = next(number for number, each in enumerate(days) if each.expired + each.deleted == most_down)
        found.append(_on_bar(f"{most_down:,}", place, len(days), down + 14))
    return tuple(found)


def _on_bar(text: str, place: int, of: int, y: int) -> Mark:
    if place == 0:
        return Mark(text, "0%", y, "start")
    if place == of - 1:
        return Mark(text, "100%", y, "end")
    return Mark(text, _across(place, of), y, "middle")


def _across(place: int, of: int) -> str:
    return f"{100 / of * (place + 0.5):.2f}%"
