"""The dashboard's way around: every page's place, told to the templates."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.dashboard.gate import Here
from flowra.models import Role

# Route, words, the least role that finds anything there.
_PLACES: tuple[tuple[str, str, Role], ...] = (
    ("health", "Health", Role.VIEWER),
    ("accounts", "Accounts", Role.VIEWER),
    ("people", "People", Role.VIEWER),
    ("auth_configs", "Auth configs", Role.VIEWER),
    ("toolkits", "Toolkits", Role.VIEWER),
    ("events", "Events", Role.VIEWER),
    ("webhooks", "Webhooks", Role.DEVELOPER),
    ("keys", "API keys", Role.DEVELOPER),
    ("explorer", "API explorer", Role.DEVELOPER),
    ("team", "Team", Role.VIEWER),
    ("look", "Look", Role.OWNER),
    ("settings", "Settings", Role.OWNER),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry; `is_here` for the section that the shown page belongs to."""

    words: str
    url: str
    is_here: bool


def places(here: Here, path: str) -> list[Place]:
    """What this person may go to in this project."""
    found = []
    for name, words, least in _PLACES:
        if not here.may(least):
            continue
        url = here.url(name)
        is_here = path == url if name == "health" else path == url or path.startswith(f"{url}/")
        found.append(Place(words, url, is_here))
    return found
