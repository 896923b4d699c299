"""One auth config: how it stands, what to do about it, what it is made of; and the test of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from accounts.dashboard.configs.check_words import not_tested, told
from accounts.dashboard.configs.found import accounts_by_state, auth_config_of, toolkit_of
from accounts.dashboard.configs.toolkit_words import scheme_words
from accounts.dashboard.gate import Here, for_members, show
from authconfigs.actions.check_auth_config import check_auth_config
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.actions.tools_for import tools_for
from authconfigs.catalogue.scopes import what_is_shared
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.pages.auth_config_form import masked
from authconfigs.pages.setup_steps import client_words
from authconfigs.pages.state_words import state_badge, state_of
from authconfigs.schemes import scheme_named
from flowra.errors import FlowraError
from flowra.models import Role
from flowra.pages.moments import moment
from flowra.pages.trail_words import events_of


@dataclass(frozen=True, slots=True)
class AskedScope:
    """One scope that people are asked for: what it lets the app do, and the service's name of it."""

    name: str
    words: str
    is_sensitive: bool


@for_members()
def auth_config(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """The page; with `?made`, the last two steps of the set-up are at its head."""
    found = auth_config_of(here, id)
    return _page(request, here, found, {"is_new": "made" in request.GET})


@for_members(Role.DEVELOPER)
def try_auth_config(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST calls the service and tells what was found: as a piece for the open page, or as the whole page.

    GET is where somebody lands who loads the answer again: the page.
    """
    found = auth_config_of(here, id)
    if request.method != "POST":
        return _page(request, here, found, {})
    toolkit = _toolkit(here, found)
    try:
        result = told(check_auth_config(found), toolkit, found)
    except FlowraError as error:
        result = not_tested(error.message)
    context = {
        "result": result,
        "toolkit": toolkit,
        "auth_config": found,
        "redirect_uri": found.redirect_uri,
        "here": here,
        "edit_url": here.url("auth_config_edit", found.pk),
        "own_toolkit_url": here.url("own_toolkit_edit", toolkit.slug) if toolkit.id is not None else "",
    }
    if request.headers.get("HX-Request"):
        return render(request, "dashboard/configs/tested.html", context)
    # Testing may have found that a refused client is taken again.
    shown = {name: context[name] for name in ("result", "own_toolkit_url")}
    return _page(request, here, auth_config_of(here, id), shown)


def _toolkit(here: Here, found: AuthConfig) -> Toolkit:
    return toolkit_of(here.project, found, toolkits_for(here.project, [found.toolkit_slug]))


def _page(request: HttpRequest, here: Here, found: AuthConfig, context: dict[str, Any]) -> HttpResponse:
    toolkit = _toolkit(here, found)
    scheme = scheme_named(found.auth_scheme)
    scopes = _scopes_of(found, toolkit) if scheme.needs_redirect else []
    shared = what_is_shared(toolkit, [each.name for each in scopes])
    tools = {tool.slug: tool.name for tool in tools_for(here.project, toolkit_slugs=[toolkit.slug])}
    labels = dict(zip(("client_id", "client_secret"), client_words(toolkit), strict=True))
    labels |= {each.name: each.display_name for each in toolkit.config_fields}
    counts = accounts_by_state([found.pk])[found.pk]
    whole = {
        "auth_config": found,
        "toolkit": toolkit,
        "scheme": scheme_words(found.auth_scheme),
        "needs_redirect": scheme.needs_redirect,
        "badge": state_badge(found, toolkit.name),
        "state": state_of(found),
        "failing": moment(found.failing_since) if found.failing_since else None,
        "redirect_uri": found.redirect_uri if scheme.needs_redirect else "",
        "held": [
            (labels.get(name, name), value)
            for name, value in masked(found)
            if name not in ("scopes", "user_scopes")
        ],
        "scopes": scopes,
        "cannot": shared.cannot,
        "user_scopes": found.settings.get("user_scopes", ()),
        "tools": [(slug, tools.get(slug, "")) for slug in found.restrict_to_following_tools],
        "counts": counts,
        "total": sum(number for number, _, _ in counts),
        "accounts_url": f"{here.url('accounts')}?authConfigIds={found.pk}",
        "made": moment(found.created_at),
        "changed": moment(found.updated_at),
        "events": events_of("auth_config", found.pk),
        "edit_url": here.url("auth_config_edit", found.pk),
        "raw_credentials": found.get_raw_credentials_display(),
        "must_confirm": here.project.require_confirmation and scheme.needs_redirect,
        **context,
    }
    return show(request, here, "configs/auth_config.html", str(found), whole)


def _scopes_of(found: AuthConfig, toolkit: Toolkit) -> list[AskedScope]:
    defaults = toolkit.oauth2.default_scopes if toolkit.oauth2 else ()
    asked = [str(name) for name in found.settings.get("scopes", defaults)]
    texts = toolkit.scopes
    return [
        AskedScope(
            name,
            capfirst(texts[name].text) if name in texts else "",
            name in texts and texts[name].sensitive,
        )
        for name in asked
    ]
