"""How the project is doing, at a glance; before its first connection, the three steps to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.actions.count_links import WINDOWS
from accounts.actions.keep_figures import figures_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.dashboard.health.age import age_of
from accounts.dashboard.health.days import days_shown
from accounts.dashboard.health.first_run import first_run, has_connected, is_used_by_app
from accounts.dashboard.health.links import links_shown
from accounts.dashboard.health.numbers import figures_shown
from accounts.dashboard.health.toolkits import Names, names_in, toolkits_shown
from accounts.dashboard.health.troubles import troubles_shown
from accounts.models import DashboardFigures


@for_members()
def health(request: HttpRequest, here: Here) -> HttpResponse:
    """The page; `days` says how far back the funnel looks."""
    return show(request, here, "health/page.html", "Health", _context(request, here))


@for_members()
def health_figures(request: HttpRequest, here: Here) -> HttpResponse:
    """What is live of it, for the open page: nothing new is 204. Without scripts, the page."""
    if not request.headers.get("HX-Request"):
        return show(request, here, "health/page.html", "Health", _context(request, here))
    context = _context(request, here)
    if request.GET.get("have") == context["have"]:
        return HttpResponse(status=204)
    return render(request, "dashboard/health/live.html", {"here": here, "project": here.project, **context})


def _context(request: HttpRequest, here: Here) -> dict[str, Any]:
    kept = figures_of(here.project)
    figures = kept.figures
    if kept.computed_at is not None and not figures["everConnected"]:
        if not has_connected(here.project):
            return first_run(here)
        kept = figures_of(here.project, at_once=True)
        figures = kept.figures
    days = _days_asked(request)
    if kept.computed_at is None:
        return {"have": "", "is_counting": True, "days": days}
    return _whole(here, kept, figures, days)


def _whole(here: Here, kept: DashboardFigures, figures: dict[str, Any], days: int) -> dict[str, Any]:
    assert kept.computed_at is not None
    names = Names(here.project, names_in(figures))
    age = age_of(kept, timezone.now())
    return {
        "have": f"{kept.computed_at.isoformat()} {age.state}",
        "age": age,
        "days": days,
        "windows": [(each, here.url("health") + f"?days={each}#links") for each in WINDOWS],
        "figures": figures_shown(here, figures),
        "troubles": troubles_shown(here, names, figures["troubles"]),
        "chart": days_shown(figures["days"]),
        "links": links_shown(figures["links"][str(days)]),
        "toolkits": toolkits_shown(here, names, figures["statuses"]),
        "use_it": None if is_used_by_app(here.project) else first_run(here),
    }


def _days_asked(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(each) for each in WINDOWS} else max(WINDOWS)
