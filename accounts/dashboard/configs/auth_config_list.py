"""The project's auth configs: which services it can connect, and whether each still works."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from accounts.dashboard.configs.found import Counts, accounts_by_state, toolkit_of
from accounts.dashboard.configs.toolkit_words import scheme_words
from accounts.dashboard.gate import Here, for_members, show
from accounts.pages.account_words import service_name
from authconfigs.actions.matching import matching
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.pages.state_words import state_badge
from flowra.pages.moments import moment

A_PAGE = 50
STATES = {
    "on": ("Enabled", Q(is_disabled=False, failing_since__isnull=True)),
    "refused": ("Refused by the service", Q(is_disabled=False, failing_since__isnull=False)),
    "off": ("Switched off", Q(is_disabled=True)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One auth config as the list tells it."""

    auth_config: AuthConfig
    toolkit: Toolkit
    scheme: str
    badge: SafeString
    since: SafeString | None
    accounts: Counts
    made: SafeString


@for_members()
def auth_configs(request: HttpRequest, here: Here) -> HttpResponse:
    """A page of them, newest first; `q`, `toolkit`, `state` and `page` are in the address."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "toolkit", "state")}
    live = AuthConfig.live.filter(project=here.project)
    found = matching(live, asked["q"])
    if asked["toolkit"]:
        found = found.filter(toolkit_slug=asked["toolkit"])
    if asked["state"] in STATES:
        found = found.filter(STATES[asked["state"]][1])
    total = found.count()
    pages = max(1, -(-total // A_PAGE))
    number = min(
        max(1, int(page) if (page := request.GET.get("page", "")).isdecimal() and len(page) < 6 else 1), pages
    )
    start = (number - 1) * A_PAGE
    rows = list(found.order_by("-created_at", "-id")[start : start + A_PAGE])
    used = list(live.order_by("toolkit_slug").values_list("toolkit_slug", flat=True).distinct())
    known = toolkits_for(here.project, {each.toolkit_slug for each in rows} | set(used))
    context = {
        "rows": _rows(here, rows, known),
        "asked": asked,
        "dropped": [
            (
                words,
                f"?{urlencode({name: value for name, value in asked.items() if value and name != dropped})}",
            )
            for dropped, words in (
                ("q", f"“{asked['q']}”"),
                ("toolkit", "the service"),
                ("state", "the state"),
            )
            if asked[dropped]
        ],
        "is_narrowed": any(asked.values()),
        "total": total,
        "services": sorted(
            ((slug, known[slug].name if slug in known else service_name(slug)) for slug in used),
            key=lambda each: each[1].lower(),
        ),
        "states": [(value, words) for value, (words, _) in STATES.items()],
        "page": number,
        "pages": pages,
        "before": _page_url(asked, number - 1) if number > 1 else "",
        "after": _page_url(asked, number + 1) if number < pages else "",
    }
    return show(request, here, "configs/auth_configs.html", "Auth configs", context)


def _rows(here: Here, auth_configs: list[AuthConfig], known: dict[str, Toolkit]) -> list[Row]:
    counts = accounts_by_state([each.pk for each in auth_configs])
    found = []
    for each in auth_configs:
        toolkit = toolkit_of(here.project, each, known)
        found.append(
            Row(
                each,
                toolkit,
                scheme_words(each.auth_scheme),
                state_badge(each, toolkit.name),
                moment(each.failing_since) if each.failing_since and not each.is_disabled else None,
                counts[each.pk],
                moment(each.created_at),
            )
        )
    return found


def _page_url(asked: dict[str, str], number: int) -> str:
    said = {**{name: value for name, value in asked.items() if value}, "page": str(number)}
    return f"?{urlencode(said)}"
