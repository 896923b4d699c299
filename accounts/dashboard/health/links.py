"""The connect page as a funnel: how far people get, and where they give up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_STAGES = (
    ("made", "Links made"),
    ("pressed", "Pressed “Connect”"),
    ("returned", "Came back from the service"),
    ("connected", "Connected"),
)
# In the order of the way; each with what can be done about it.
_ENDS = {
    "not_pressed": ("Never pressed Connect", "Not opened, or looked at and left."),
    "declined": ("Pressed “Not now”", "On the connect page."),
    "not_returned": ("Did not come back", "Left at the service's sign-in or consent page."),
    "refused": ("Said no", "At the service, or after having been there."),
    "provider_error": ("The service answered with an error", "Each account's page has its words."),
    "not_confirmed": ("The app did not confirm", "It must confirm who is in front of the browser."),
    "mismatch": ("Came back in another browser", "Or to another app's address."),
    "not_wanted": ("Already connected, or as somebody else", "As the link asked for."),
    "switched_off": ("Switched off meanwhile", "The auth config was."),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """How many came so far. `share` of all links is in per cent, None for none."""

    words: str
    number: int
    share: int | None
    width: str

    @property
    def number_words(self) -> str:
        """As it is read."""
        return f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class End:
    """Where some gave up."""

    words: str
    help: str
    number: int
    share: int
    width: str

    @property
    def number_words(self) -> str:
        """As it is read."""
        return f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class Links:
    """The whole of it; `success` is in per cent of the links made, None where none was."""

    stages: tuple[Stage, ...]
    ends: tuple[End, ...]
    made: int
    under_way: int
    lost: int
    success: int | None

    @property
    def under_way_words(self) -> str:
        """As it is read."""
        return f"{self.under_way:,} {'is' if self.under_way == 1 else 'are'}"


def links_shown(counted: Mapping[str, Any]) -> Links:
    """From what `count_links` has for one window."""
    made: int = counted["made"]
    stages: list[Stage] = []
    for name, words in _STAGES:
        number: int = counted[name]
        stages.append(Stage(words, number, _per_cent(number, made), _width(number, made)))
    ends: Mapping[str, int] = counted["ends"]
    lost = sum(ends.values())
    return Links(
        stages=tuple(stages),
        ends=tuple(
            End(*_ENDS[name], number, _per_cent(number, lost) or 0, _width(number, lost))
            for name, number in sorted(ends.items(), key=lambda each: (-each[1], list(_ENDS).index(each[0])))
        ),
        made=made,
        under_way=counted["underWay"],
        lost=lost,
        success=_per_cent(counted["connected"], made),
    )


def _per_cent(part: int, whole: int) -> int | None:
    """Rounded, but 100 and 0 only where it is all and none."""
    if not whole:
        return None
    if 0 < part < whole:
        return min(max(round(100 * part / whole), 1), 99)
    return 100 if part else 0


def _width(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0%"
