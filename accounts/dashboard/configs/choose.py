"""The first step of a set-up: which service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.dashboard.configs.found import categories_in, matching_toolkits, switched_off, toolkits_of
from accounts.dashboard.configs.toolkit_words import kind_words
from accounts.dashboard.gate import Here, for_members, show
from authconfigs.actions.managed_clients import managed_clients
from flowra.models import Role


@for_members(Role.DEVELOPER)
def choose_toolkit(request: HttpRequest, here: Here) -> HttpResponse:
    """All services that an auth config can be made for; `q` and `category` are in the address."""
    q, category = (request.GET.get(name, "").strip() for name in ("q", "category"))
    off = switched_off(here.project)
    all_of_them = [each for each in toolkits_of(here.project) if each.slug not in off]
    managed = managed_clients()
    context = {
        "choices": [
            (each, kind_words(each), each.id is None and each.slug in managed)
            for each in matching_toolkits(all_of_them, q, category)
        ],
        "categories": categories_in(all_of_them),
        "q": q,
        "category": category,
    }
    return show(request, here, "configs/choose.html", "Choose a service", context)
