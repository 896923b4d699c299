"""What the list of accounts is asked for, in the address: the API's filters under its names, and what staff want besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from accounts.actions.find_troubles import FAILING, SOON
from accounts.actions.search_accounts import search_accounts
from accounts.listing.account_filters import FILTERS, LIST_QUERY, MAX_LIMIT, ORDER_COLUMNS, wanted_by
from accounts.listing.accounts_wanted import FEW, Unindexed, accounts_wanted, no_index_gives_order
from accounts.models import ConnectedAccount
from flowra.api.keyset import KeysetPagination
from flowra.api.query import Choice, Number, Query, Text
from flowra.models import Project
from flowra.pages.refuse_unreadable import LONGEST_SEARCH

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

A_PAGE = 50
_USUAL = {"orderBy": "createdAt", "orderDirection": "desc", "limit": str(A_PAGE)}
SINGLE = ("q", "trouble", "revoked", "orderBy", "orderDirection", "limit")
# Those that say how the list is shown, and let nobody out of it.
SHOWN_AS = ("orderBy", "orderDirection", "limit")
TROUBLE: dict[str, Q] = {"expiring": SOON, "failing": FAILING}
# As the API reads them; how many are on a page without `limit` is the page's own.
ASKED_QUERY = Query(
    *(each for name, each in LIST_QUERY.parameters.items() if name != "limit"),
    Number("limit", 1, MAX_LIMIT, A_PAGE),
    Text("q", max_length=LONGEST_SEARCH),
    Choice("trouble", tuple(TROUBLE)),
    Choice("revoked", ("yes",)),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they were asked for, each with its values as texts; the cursor is none of them."""

    given: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """The value of one that has a single one; empty where it was not given."""
        return next(iter(self.given.get(name, ())), "")

    def query(self, **besides: str) -> str:
        """The address's query, the same for the same filters; several values in one are told apart by commas."""
        order = {name: place for place, name in enumerate(ASKED_QUERY.parameters)}
        named = sorted(self.given.items(), key=lambda each: order.get(each[0], len(order)))
        told = {name: ",".join(sorted(values)) for name, values in named if values}
        return urlencode({**told, **besides}, safe=",")

    def without(self, name: str, value: str | None = None) -> Asked:
        """Less one filter, or one of its values."""
        left = tuple(each for each in self.given.get(name, ()) if value is not None and each != value)
        given = {other: values for other, values in self.given.items() if other != name}
        return Asked({**given, name: left} if left else given)

    @property
    def narrows(self) -> bool:
        """Whether anything but the order and the length of a page was asked for."""
        return any(name not in SHOWN_AS for name in self.given)

    @property
    def shown_as(self) -> list[tuple[str, str]]:
        """The order and the length of a page, where they were asked for: the form sends them along."""
        return [(name, self.one(name)) for name in SHOWN_AS if self.one(name)]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every filter that narrows, value by value."""
        for name in ("q", "trouble", "revoked", *FILTERS):
            for value in self.given.get(name, ()):
                yield name, value


def asked_in(request: HttpRequest) -> Asked:
    """What the address says, unchecked; an empty field of the form asks for nothing."""
    return _asked(request.GET)


def asked_by(query: str) -> Asked:
    """What a saved query says."""
    return _asked(QueryDict(query))


def values_of(asked: Asked, cursor: str = "") -> dict[str, Any]:
    """As the API reads them; raises InvalidInput naming each that is wrong or unknown."""
    sent = QueryDict(mutable=True)
    for name, values in asked.given.items():
        sent.setlist(name, list(values))
    if cursor:
        sent["cursor"] = cursor
    return ASKED_QUERY.read(sent)


def accounts_asked(project: Project, values: Mapping[str, Any]) -> Accounts:
    """All of them, in no order."""
    return _found({"project": project.pk, **wanted_by(values)}, values, few=True)


def page_asked(
    project: Project, values: Mapping[str, Any], pages: KeysetPagination, *fields: str
) -> list[ConnectedAccount]:
    """One page of them with these fields; two queries at most. Sets the pages' `next_cursor`."""
    wanted = {"project": project.pk, **wanted_by(values)}
    few = (
        no_index_gives_order(wanted)
        and len(accounts_wanted(wanted).order_by().values("pk")[: FEW + 1]) <= FEW
    )
    found = _found(wanted, values, few=few).select_related("auth_config", "external_user").only(*fields)
    column = pages.column
    if few:
        column = "sorted_by"
        found = found.alias(sorted_by=Unindexed(pages.column))
    return pages.taken(list(pages.cut(found, pages.bounds, column=column)))


def pages_asked(project: Project, values: Mapping[str, Any], asked: Asked) -> KeysetPagination:
    """The page that the cursor among `values` begins; raises InvalidInput for one that is none of this query's."""
    column = ORDER_COLUMNS[values["orderBy"]]
    return KeysetPagination(
        column=column,
        descending=values["orderDirection"] == "desc",
        limit=values["limit"],
        cursor=values["cursor"],
        query=("dashboard accounts", project.pk, sorted(asked.pairs())),
        key_of=lambda account: (getattr(account, column), account.pk),
    )


def _found(wanted: Mapping[str, Any], values: Mapping[str, Any], *, few: bool) -> Accounts:
    found = accounts_wanted(wanted, few=few, revoked=values["revoked"] == "yes")
    if values["trouble"]:
        found = found.filter(TROUBLE[values["trouble"]])
    if values["q"].strip():
        found = search_accounts(found, values["q"])
    return found


def _asked(query: QueryDict) -> Asked:
    given: dict[str, tuple[str, ...]] = {}
    for name in query:
        if name == "cursor":
            continue
        texts = [text.strip() for text in query.getlist(name) if text.strip()]
        if name not in SINGLE:
            texts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
        # The page of an auth config has always said it like this.
        if texts and texts != [_USUAL.get(name)]:
            given[name] = tuple(dict.fromkeys([*given.get(name, ()), *texts]))
    return Asked(given)
