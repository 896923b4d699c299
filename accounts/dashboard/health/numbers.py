"""The numbers at the head of the page, each with the accounts behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.dashboard.gate import Here
from accounts.dashboard.health.accounts_url import accounts_url
from accounts.models import Status


@dataclass(frozen=True, slots=True)
class Figure:
    """`kind` names the colour, `shape` says the same without it; `help` says what it means."""

    name: str
    number: int
    kind: str
    shape: str
    words: str
    help: str
    url: str

    @property
    def number_words(self) -> str:
        """As it is read."""
        return f"{self.number:,}"


def figures_shown(here: Here, figures: dict[str, Any]) -> list[Figure]:
    """Connected, expiring, expired, failing, waiting."""
    counted = figures["statuses"].values()

    def of(*statuses: Status) -> int:
        return sum(each.get(status, 0) for each in counted for status in statuses)

    waiting = (Status.INITIALIZING, Status.INITIATED)
    return [
        Figure(
            "connected",
            of(Status.ACTIVE),
            "good",
            "●",
            "Connected",
            "Your app can use them.",
            accounts_url(here, statuses=Status.ACTIVE.value),
        ),
        Figure(
            "expiring",
            figures["expiring"],
            "careful",
            "◷",
            "Ending soon",
            "They work. The person must agree again before the permission ends.",
            accounts_url(here, trouble="expiring"),
        ),
        Figure(
            "expired",
            of(Status.EXPIRED),
            "careful",
            "▲",
            "Need the user",
            "They no longer work until the person connects again.",
            accounts_url(here, statuses=Status.EXPIRED.value),
        ),
        Figure(
            "failing",
            figures["failing"],
            "bad",
            "✕",
            "Failing now",
            "Their access could not be renewed. It is tried again.",
            accounts_url(here, trouble="failing"),
        ),
        Figure(
            "waiting",
            of(*waiting),
            "waiting",
            "◔",
            "Waiting",
            "A link was made, and the person has not finished.",
            accounts_url(here, statuses=",".join(each.value for each in waiting)),
        ),
    ]
