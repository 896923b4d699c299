"""The app's users, each with how many connections they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from accounts.dashboard.connections.how_many import how_many
from accounts.dashboard.gate import Here, for_members, show
from accounts.models import ConnectedAccount, ExternalUser
from flowra.api.keyset import KeysetPagination
from flowra.errors import InvalidInput
from flowra.pages.moments import moment

if TYPE_CHECKING:
    People = QuerySet[ExternalUser, Any]

A_PAGE = 50
ACTIVE = {"yes": "Active", "no": "Inactive"}
KNOWN = ("q", "active", "cursor")


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the list tells them; `connections` are those that are not revoked."""

    person: ExternalUser
    connections: int
    seen: SafeString
    made: SafeString


@for_members()
def people(request: HttpRequest, here: Here) -> HttpResponse:
    """A page of them, the newest first; `q`, `active` and `cursor` are in the address.

    Raises InvalidInput naming the one that is wrong.
    """
    asked = _asked(request)
    pages = KeysetPagination(
        column="created_at",
        descending=True,
        limit=A_PAGE,
        cursor=request.GET.get("cursor", ""),
        query=("dashboard people", here.project.pk, *asked.items()),
        key_of=lambda person: (person.created_at, person.pk),
    )
    wanted = _found(here, asked)
    found = pages.paginate_queryset(wanted)
    counts = connections_of([each.pk for each in found])
    context = {
        "rows": [
            Row(each, counts.get(each.pk, 0), moment(each.last_seen_at), moment(each.created_at))
            for each in found
        ],
        "count_words": how_many(wanted, "person", "people"),
        "q": asked.get("q", ""),
        "active": asked.get("active", ""),
        "states": ACTIVE.items(),
        "is_narrowed": bool(asked),
        "dropped": [
            (words, f"?{urlencode({name: value for name, value in asked.items() if name != dropped})}")
            for dropped, words in (
                ("q", f"“{asked.get('q')}”"),
                ("active", ACTIVE.get(asked.get("active", ""), "").lower()),
            )
            if dropped in asked
        ],
        "first": f"?{urlencode(asked)}" if request.GET.get("cursor") else "",
        "next": f"?{urlencode({**asked, 'cursor': pages.next_cursor})}" if pages.next_cursor else "",
    }
    return show(request, here, "connections/people.html", "People", context)


def connections_of(ids: list[str]) -> dict[str, int]:
    """By the person's id, how many connections that are not revoked; one query."""
    counted = ConnectedAccount.live.filter(external_user_id__in=ids).values_list("external_user_id")
    return dict(counted.annotate(count=Count("pk")).order_by())


def _asked(request: HttpRequest) -> dict[str, str]:
    for name in request.GET:
        if name not in KNOWN:
            raise InvalidInput.field(str(name)[:100], f"is unknown; this list knows {', '.join(KNOWN)}")
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "active")}
    asked = {name: value for name, value in asked.items() if value}
    if asked.get("active", "yes") not in ACTIVE:
        raise InvalidInput.field("active", "must be yes or no")
    return asked


def _found(here: Here, asked: dict[str, str]) -> People:
    found = ExternalUser.objects.filter(project_id=here.project.pk)
    for word in asked.get("q", "").split()[:10]:
        found = found.filter(Q(name__icontains=word) | Q(pk=word.lower()))
    if "active" in asked:
        found = found.filter(is_active=asked["active"] == "yes")
    return found
