"""The toolkits: what can be connected, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from accounts.dashboard.configs.found import (
    categories_in,
    category_words,
    matching_toolkits,
    switched_off,
    toolkits_of,
)
from accounts.dashboard.configs.toolkit_words import (
    identity_words,
    kind_words,
    refresh_words,
    revoke_words,
    scheme_sentences,
)
from accounts.dashboard.gate import Here, for_members, show
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.actions.tools_for import tools_for
from authconfigs.catalogue.tool import Tool
from authconfigs.models import AuthConfig, ProjectToolkit
from authconfigs.pages.setup_steps import steps_of
from flowra.pages.trail_words import events_of


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a tool, as its schema tells it."""

    name: str
    kind: str
    description: str
    is_required: bool


@for_members()
def toolkits(request: HttpRequest, here: Here) -> HttpResponse:
    """All that the project sees; `q`, `category` and `own` are in the address."""
    q, category = (request.GET.get(name, "").strip() for name in ("q", "category"))
    only_own = request.GET.get("own") == "1"
    all_of_them = toolkits_of(here.project)
    off = switched_off(here.project)
    used = set(AuthConfig.live.filter(project=here.project).values_list("toolkit_slug", flat=True).distinct())
    shown = [
        each for each in matching_toolkits(all_of_them, q, category) if each.id is not None or not only_own
    ]
    context = {
        "rows": [(each, kind_words(each), each.slug in off, each.slug in used) for each in shown],
        "categories": categories_in(all_of_them),
        "q": q,
        "category": category,
        "only_own": only_own,
        "is_narrowed": bool(q or category or only_own),
    }
    return show(request, here, "configs/toolkits.html", "Toolkits", context)


@for_members()
def toolkit(request: HttpRequest, here: Here, slug: str) -> HttpResponse:
    """One of them: what it is, how people connect, what can be asked for, what its tools do."""
    found = toolkit_for(here.project, slug)
    own = ProjectToolkit.objects.filter(pk=found.id).first() if found.id else None
    recommended = found.oauth2.default_scopes if found.oauth2 else ()
    context = {
        "toolkit": found,
        "own": own,
        "schemes": scheme_sentences(found),
        "categories": [category_words(each) for each in found.categories],
        "scopes": [
            (name, capfirst(text.text), text.kind, text.sensitive, name in recommended)
            for name, text in found.scopes.items()
        ],
        "tools": [
            (tool, _arguments(tool))
            for tool in tools_for(here.project, toolkit_slugs=[found.slug])
            if tool.toolkit == found.slug
        ],
        "identity": identity_words(found),
        "refresh": refresh_words(found),
        "revoke": revoke_words(found),
        "steps": steps_of(found, here.project.name),
        "events": events_of("toolkit", own.pk) if own else None,
        "auth_configs": list(
            AuthConfig.live.filter(project=here.project, toolkit_slug=found.slug).order_by(
                "-created_at", "-id"
            )[:20]
        ),
    }
    return show(request, here, "configs/toolkit.html", found.name, context)


def _arguments(tool: Tool) -> list[Argument]:
    schema: Mapping[str, Any] = tool.input_schema
    properties = schema.get("properties")
    required = schema.get("required") or ()
    if not isinstance(properties, Mapping):
        return []
    return [
        Argument(name, _kind(each), str(each.get("description", "")), name in required)
        for name, each in properties.items()
        if isinstance(each, Mapping)
    ]


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "")
    return " or ".join(map(str, kind)) if isinstance(kind, list | tuple) else str(kind)
