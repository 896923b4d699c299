"""The whole of a list, as its filters and its search say it: to be exported, or acted on."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from flowra.admin.pages import Pages
from flowra.redaction import scrub_text

# What says how a list is shown, and not what is in it.
_SHOWN_HOW = ("o", "p", "all", "e")


def whole_query(request: HttpRequest) -> str:
    """The list's address after the `?`, without its page and order."""
    query = request.GET.copy()
    for name in _SHOWN_HOW:
        query.pop(name, None)
    return query.urlencode()


def whole_list(pages: Pages, request: HttpRequest) -> tuple[QuerySet[Any], ChangeList]:
    """All that the list at this address shows, on all its pages. Raises InvalidInput where it would show none."""
    query = request.GET.copy()
    for name in _SHOWN_HOW:
        query.pop(name, None)
    request.GET = query  # type: ignore[assignment]
    shown = pages.get_changelist_instance(request)
    return shown.queryset, shown


def chosen_words(shown: ChangeList, things: str) -> str:
    """What it holds, as a sentence without its end: `All connections with person customer_42, service Slack`. It is kept, so
    what looks like a key or a link in the search is masked.
    """
    said = []
    for each in shown.filter_specs:
        value = each.value() if hasattr(each, "value") else None
        if value is not None:
            words = dict(getattr(each, "lookup_choices", ())).get(value, value)
            said.append(f"{each.title} {words}")
    if shown.query:
        said.append(f"search “{scrub_text(shown.query)}”")
    return f"All {things} with {', '.join(said)}" if said else f"All {things} of this Flowra"


def selection_of(shown: ChangeList) -> dict[str, str]:
    """The same as the address has it, by the filters' names."""
    chosen = {
        str(each.parameter_name): str(each.value())
        for each in shown.filter_specs
        if hasattr(each, "value") and hasattr(each, "parameter_name") and each.value() is not None
    }
    return {**chosen, "q": scrub_text(shown.query)} if shown.query else chosen
