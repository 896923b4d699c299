"""What the list of events can be narrowed to, in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from flowra.errors import InvalidInput
from flowra.events.names import EventType
from flowra.models import Event, Project
from flowra.pages.trail_words import ACTORS, words_of_type

LONGEST = 100
# By an id's beginning, what it is the id of: an index has the kind first.
KINDS = {
    "ca": "account",
    "ac": "auth_config",
    "key": "api_key",
    "eu": "user",
    "we": "webhook_endpoint",
    "wd": "webhook_delivery",
    "pr": "project",
    "in": "invitation",
    "rr": "revocation_run",
}
GROUPS = {
    "link": "Links",
    "portal": "Links",
    "account": "Accounts",
    "accounts": "Accounts",
    "revocation_run": "Accounts",
    "credentials": "Accounts",
    "user": "The app's users",
    "auth_config": "Auth configs, toolkits, tools",
    "toolkit": "Auth configs, toolkits, tools",
    "tool": "Auth configs, toolkits, tools",
    "api_key": "Keys and webhooks",
    "webhook_endpoint": "Keys and webhooks",
    "webhook_delivery": "Keys and webhooks",
    "project": "Project and team",
    "events": "Project and team",
    "member": "Project and team",
}
WORDS = {
    "type": "what happened",
    "about": "the id",
    "by": "who did it",
    "who": "the name",
    "since": "the first day",
    "until": "the last day",
}


# Where the page begins, and from which event on newer ones are counted.
BESIDES = ("cursor", "after")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they were asked for; empty: not narrowed by it. Days are as `2026-11-23`, in UTC."""

    type: str = ""
    about: str = ""
    by: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    def given(self) -> dict[str, str]:
        """Those that narrow."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in named.items() if value}

    def query(self, **besides: str) -> str:
        """`type=…&about=…`."""
        return urlencode({**self.given(), **besides})

    def dropped(self) -> list[tuple[str, str]]:
        """Each filter in words, with the address without it."""
        given = self.given()
        return [
            (WORDS[name], f"?{urlencode({other: value for other, value in given.items() if other != name})}")
            for name in given
        ]


def asked_in(request: HttpRequest) -> Asked:
    """Raises InvalidInput naming the filter that is none; a mistyped one must not show everything."""
    for name in request.GET:
        if name not in (*WORDS, *BESIDES):
            raise InvalidInput.field(str(name)[:LONGEST], f"is unknown; this list knows {', '.join(WORDS)}")
    asked = Asked(**{name: request.GET.get(name, "").strip() for name in WORDS})
    for name, value in asked.given().items():
        if len(value) > LONGEST:
            raise InvalidInput.field(name, f"may have at most {LONGEST} characters")
    if asked.type and asked.type not in list(EventType):
        raise InvalidInput.field("type", "is no type of the trail's")
    if asked.by and asked.by not in ACTORS:
        raise InvalidInput.field("by", f"must be one of {', '.join(ACTORS)}")
    for name in ("since", "until"):
        _day(asked, name)
    return asked


def events_of_project(project: Project, asked: Asked) -> QuerySet[Event]:
    """Those asked for, in no order."""
    found = Event.objects.filter(project_id=project.pk)
    if asked.type:
        found = found.filter(type=asked.type)
    if asked.about:
        kind = KINDS.get(asked.about.partition("_")[0])
        found = found.filter(subject_id=asked.about, **({"subject_kind": kind} if kind else {}))
    if asked.by:
        found = found.filter(actor_kind__in=("worker", "system") if asked.by == "worker" else (asked.by,))
    if asked.who:
        found = found.filter(Q(actor_name__icontains=asked.who) | Q(actor_id=asked.who))
    since, until = _day(asked, "since"), _day(asked, "until")
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until + timedelta(days=1))
    return found


def types_by_group() -> Mapping[str, Sequence[tuple[str, str]]]:
    """All types with their words, for a choice."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in dict.fromkeys(GROUPS.values())}
    for each in EventType:
        found.setdefault(GROUPS.get(each.partition(".")[0], "Besides"), []).append(
            (each.value, words_of_type(each.value))
        )
    return found


def _day(asked: Asked, name: str) -> datetime | None:
    text = getattr(asked, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not 1970 <= day.year <= 2999:
            raise ValueError
    except ValueError as error:
        raise InvalidInput.field(name, "must be a day, like 2026-11-23") from error
    return datetime.combine(day, time.min, tzinfo=UTC)
