"""The accounts by service: how many in each state, each number with its accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.dashboard.gate import Here
from accounts.dashboard.health.accounts_url import accounts_url
from accounts.models import Status
from accounts.pages.account_words import service_name
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.toolkit import Toolkit
from flowra.models import Project

_COLUMNS: tuple[tuple[str, str, tuple[Status, ...]], ...] = (
    ("Connected", "good", (Status.ACTIVE,)),
    ("Need the user", "careful", (Status.EXPIRED,)),
    ("Waiting", "waiting", (Status.INITIALIZING, Status.INITIATED)),
    ("Not finished", "bad", (Status.FAILED,)),
    ("Switched off", "off", (Status.INACTIVE,)),
)
AT_FIRST = 10


class Names:
    """The services of a page by their slugs; one query for all of them."""

    def __init__(self, project: Project, slugs: Collection[str]) -> None:
        self._known = toolkits_for(project, slugs)

    def toolkit(self, slug: str) -> Toolkit:
        """The toolkit, or a stand-in where it is gone: what was connected must still be seen."""
        return self._known.get(slug) or Toolkit(
            slug=slug, name=service_name(slug), base_url="", auth_schemes=()
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """How many are in one state; `url` has them."""

    column: str
    kind: str
    number: int
    url: str

    @property
    def number_words(self) -> str:
        """As it is read."""
        return f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class Row:
    """One service."""

    toolkit: Toolkit
    url: str
    total: int
    cells: tuple[Cell, ...]

    @property
    def total_words(self) -> str:
        """As it is read."""
        return f"{self.total:,}"


@dataclass(frozen=True, slots=True)
class Toolkits:
    """Those with most accounts first; `more` are the rest."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: tuple[Row, ...]


def names_in(figures: Mapping[str, Any]) -> set[str]:
    """The slugs of all services that the figures tell of."""
    return {*figures["statuses"], *(each["toolkit"] for each in figures["troubles"] if "toolkit" in each)}


def toolkits_shown(here: Here, names: Names, statuses: Mapping[str, Mapping[str, int]]) -> Toolkits:
    """From what `count_figures` has under `statuses`; no query."""
    rows = sorted(
        (_row(here, names.toolkit(slug), counted) for slug, counted in statuses.items()),
        key=lambda each: (-each.total, each.toolkit.name.lower()),
    )
    # One more than fits is shown: a fold for a single row would hide as much as it takes.
    shown = AT_FIRST if len(rows) > AT_FIRST + 1 else len(rows)
    return Toolkits(
        columns=tuple(words for words, _, _ in _COLUMNS), rows=tuple(rows[:shown]), more=tuple(rows[shown:])
    )


def _row(here: Here, toolkit: Toolkit, counted: Mapping[str, int]) -> Row:
    return Row(
        toolkit=toolkit,
        url=accounts_url(here, toolkitSlugs=toolkit.slug),
        total=sum(counted.values()),
        cells=tuple(
            Cell(
                words,
                kind,
                sum(counted.get(each, 0) for each in statuses),
                accounts_url(
                    here, toolkitSlugs=toolkit.slug, statuses=",".join(each.value for each in statuses)
                ),
            )
            for words, kind, statuses in _COLUMNS
        ),
    )
