"""`GET connected_accounts/{id}/events`: who did what to it and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse

from accounts.api.acting import account_seen
from accounts.api.shapes import AccountTrail
from flowra.api.keyset import KeysetPagination
from flowra.api.query import Number, Query, Text
from flowra.api.rendering import instant, json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView
from flowra.models import Event

EVENTS_QUERY = Query(
    Text("cursor", "The nextCursor of the page before.", 300),
    Number("limit", 1, 100, 20, "How many on a page."),
)


class AccountEvents(ApiView):
    """The account's trail, newest first."""

    scopes: ClassVar = {"GET": "accounts:read"}
    query: ClassVar = {"GET": EVENTS_QUERY}

    @endpoint(answers=AccountTrail, fails=(404,))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """Who did what to the account and when, newest first; raises NotFound, InvalidInput (`cursor`, `limit`)."""
        values = request.query
        account = account_seen(request, id)
        pages = KeysetPagination(
            column="at",
            descending=True,
            limit=values["limit"],
            cursor=values["cursor"],
            query=("events", account.pk),
            key_of=_key,
        )
        events = pages.paginate_queryset(Event.objects.filter(subject_kind="account", subject_id=account.pk))
        return json_answer(
            {"items": [present_event(event) for event in events], "nextCursor": pages.next_cursor}
        )


def _key(event: Event) -> tuple[datetime, str]:
    return event.at, event.pk


def present_event(event: Event) -> dict[str, Any]:
    """One entry of the trail; `reason` only where one was given."""
    shown: dict[str, Any] = {
        "id": event.pk,
        "type": event.type,
        "at": instant(event.at),
        "actor": {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name},
    }
    if event.reason:
        shown["reason"] = event.reason
    return {**shown, "data": event.data}
