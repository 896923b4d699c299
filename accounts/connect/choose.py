"""The page of a link that leaves the service to the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.actions.link_choices import Choice, choices_of
from accounts.connect.embedding import embedding_context
from accounts.models import LinkSession
from accounts.pages.app_logo import logo_of_app
from accounts.pages.see_other import SeeOther
from authconfigs.schemes import scheme_named
from flowra.errors import Conflict
from flowra.pages.names import cut_in_the_middle

# Of more, a person looks for a name instead of reading all.
MOST_WITHOUT_SEARCH = 8
LONGEST_SEARCH = 100


def choose_page(request: HttpRequest, session: LinkSession) -> HttpResponse:
    """The list; a choice leads to the page of its service. Raises Conflict where none can be connected any more."""
    offered = choices_of(session.project, session.auth_config_choices)
    if not offered:
        raise Conflict("Connecting is switched off at the moment.", code="auth_config_disabled")
    chosen = request.POST.get("service", "")
    if request.method == "POST" and any(each.auth_config.pk == chosen for each in offered):
        return SeeOther(f"{request.path}?{urlencode({**request.GET.dict(), 'service': chosen})}")
    return render(request, "connect/choose.html", _context(request, session, offered))


def _context(request: HttpRequest, session: LinkSession, offered: list[Choice]) -> dict[str, Any]:
    user = session.account.external_user
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = [
        each
        for each in map(_told_apart(offered), offered)
        if search.casefold() in f"{each.toolkit.name} {each.toolkit.slug} {each.name}".casefold()
    ]
    return {
        "session": session,
        "project": session.project,
        "app_logo": logo_of_app(session.project),
        "user_name": "" if user.is_default else user.name,
        "user_name_shown": cut_in_the_middle(user.name, 40),
        "choices": found,
        "search": search,
        "may_search": len(offered) > MOST_WITHOUT_SEARCH,
        **embedding_context(request, session),
        "title": _("Which service do you want to connect?"),
    }


def _told_apart(offered: list[Choice]) -> Callable[[Choice], Choice]:
    """Of two of one service that nobody gave a name, each by what it asks of the person, where that tells them apart."""
    unnamed = Counter(
        (each.toolkit.slug, _by_signing_in(each)) for each in offered if not each.auth_config.display_name
    )

    def tell(each: Choice) -> Choice:
        by = _by_signing_in(each)
        if not each.name or each.auth_config.display_name or unnamed[each.toolkit.slug, by] > 1:
            return each
        return replace(each, name=_("By signing in there") if by else _("With a key or a password"))

    return tell


def _by_signing_in(choice: Choice) -> bool:
    return scheme_named(choice.auth_config.auth_scheme).needs_redirect
