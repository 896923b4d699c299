"""The project's accounts: by every filter that the API has, found by anything that a customer reads out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.dashboard.connections.asked import (
    Asked,
    accounts_asked,
    asked_in,
    page_asked,
    pages_asked,
    values_of,
)
from accounts.dashboard.connections.choices import NAMES, ORDERS, TROUBLE_WORDS, known_of
from accounts.dashboard.connections.how_many import how_many
from accounts.dashboard.connections.saved_views import ready_views, views_of
from accounts.dashboard.gate import NO_SUCH_PAGE, Here, for_members, show
from accounts.models import ConnectedAccount, Credential
from accounts.pages.account_words import name_of, status_badge
from accounts.pages.ailment import Ailment, ailment_of
from authconfigs.catalogue.toolkit import Toolkit
from flowra.actions.saved_views import LONGEST_NAME
from flowra.errors import InvalidInput
from flowra.pages.moments import moment, said

FIELDS = (
    "id",
    "project_id",
    "auth_config",
    "external_user",
    "toolkit_slug",
    "status",
    "display_name",
    "labels",
    "identity_name",
    "identity_email",
    "identity_workspace",
    "secret_names",
    "expires_at",
    "last_used_at",
    "created_at",
    "updated_at",
    "deleted_at",
    "auth_config__is_disabled",
    "auth_config__failing_since",
    "auth_config__deleted_at",
    "external_user__name",
    "external_user__is_active",
)
_BESIDES = {
    Ailment.RAN_OUT: "Ran out",
    Ailment.SERVICE_IN_TROUBLE: "Renewal is failing",
    Ailment.PERSON_INACTIVE: "Person inactive",
    Ailment.AUTH_CONFIG_DELETED: "Auth config deleted",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One account as a list tells it: `below` its name what that leaves open, `besides` what is wrong where its status
    does not say so.
    """

    account: ConnectedAccount
    toolkit: Toolkit | None
    name: str
    below: tuple[str, ...]
    badge: SafeString
    besides: str
    used: SafeString
    made: SafeString
    revoked: SafeString | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """One filter that is wrong, and what is wrong with it."""

    name: str
    words: str


@for_members()
def accounts(request: HttpRequest, here: Here) -> HttpResponse:
    """A page of them; all filters, the order and `cursor` are in the address. A wrong filter finds nothing, and is told."""
    asked = asked_in(request)
    cursor = request.GET.get("cursor", "")
    found: list[ConnectedAccount] = []
    wrong: list[Wrong] = []
    context: dict[str, Any] = {}
    try:
        values = values_of(asked, cursor)
        pages = pages_asked(here.project, values, asked)
        found = page_asked(here.project, values, pages, *FIELDS)
        context = {
            "count_words": how_many(accounts_asked(here.project, values), "account", "accounts"),
            "next": f"?{asked.query(cursor=pages.next_cursor)}" if pages.next_cursor else "",
            "order": next(words for by, way, words in ORDERS if _is_order(values, by, way)),
        }
    except InvalidInput as error:
        wrong = [
            Wrong(
                NAMES.get(each.field, each.field),
                NO_SUCH_PAGE if each.field == "cursor" else capfirst(each.message),
            )
            for each in error.errors
        ]
    known = known_of(here, {each.toolkit_slug for each in found})
    same = asked.query()
    views = views_of(here, same)
    context |= {
        "rows": rows_of(found, known.toolkits),
        "asked": asked,
        "wrong": wrong,
        "picks": known.picks(asked),
        "chips": known.chips(here, asked) if not wrong else [],
        "people": ", ".join(asked.given.get("eUIDs", ())),
        "ids": ", ".join(asked.given.get("connectedAccountIds", ())),
        "q": asked.one("q"),
        "trouble": asked.one("trouble"),
        "troubles": TROUBLE_WORDS.items(),
        "revoked": asked.one("revoked"),
        "orders": _orders(asked),
        "first": f"?{same}" if cursor else "",
        "ready": ready_views(same),
        "views": views,
        "view": next((each for each in views if each.is_here), None),
        "may_save": asked.narrows and not wrong,
        "same": same,
        "longest_name": LONGEST_NAME,
    }
    return show(request, here, "connections/accounts.html", "Accounts", context, status=400 if wrong else 200)


def rows_of(accounts: Sequence[ConnectedAccount], toolkits: Mapping[str, Toolkit]) -> list[Row]:
    """As they are told, each with its person and auth config; one query for how their renewals stand."""
    credentials = {
        each.pk: each
        for each in Credential.objects.filter(pk__in=[each.pk for each in accounts]).only(
            "id", "failures", "retry_at", "warned_at", "grant_ends_at"
        )
    }
    return [_row(each, toolkits.get(each.toolkit_slug), credentials.get(each.pk)) for each in accounts]


def _row(account: ConnectedAccount, toolkit: Toolkit | None, credential: Credential | None) -> Row:
    ailment = ailment_of(account, credential)
    besides = _BESIDES.get(ailment, "")
    if ailment == Ailment.ENDS_SOON and credential is not None and credential.grant_ends_at is not None:
        besides = f"Ends {said(credential.grant_ends_at)}"
    name = name_of(account)
    if name == account.toolkit_slug and toolkit is not None:
        name = toolkit.name
    service = toolkit.name if toolkit is not None else account.toolkit_slug
    below = (service, account.display_name or "")
    return Row(
        account=account,
        toolkit=toolkit,
        name=name,
        below=tuple(each for each in below if each and each != name),
        badge=status_badge(account),
        besides=besides,
        used=moment(account.last_used_at),
        made=moment(account.created_at),
        revoked=moment(account.deleted_at) if account.deleted_at else None,
    )


def _is_order(values: Mapping[str, Any], by: str, way: str) -> bool:
    return bool(values["orderBy"] == by and values["orderDirection"] == way)


def _orders(asked: Asked) -> list[tuple[str, str, bool]]:
    """Each order in words, with its address and whether it is this one."""
    now = asked.one("orderBy") or "createdAt", asked.one("orderDirection") or "desc"
    plain = asked.without("orderBy").without("orderDirection")
    return [
        (words, f"?{plain.query(orderBy=by, orderDirection=way)}", (by, way) == now)
        for by, way, words in ORDERS
    ]
