"""The list's filters: values within one are alternatives, filters together narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django_filters import Filter, FilterSet

from accounts.models import ConnectedAccount, ExternalUser, Status
from flowra.api.query import Choice, Number, Query, Text, Texts
from flowra.public_ids import is_id

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

FILTERS = ("toolkitSlugs", "statuses", "authConfigIds", "connectedAccountIds", "eUIDs", "labels")
ORDER_COLUMNS = {"createdAt": "created_at", "updatedAt": "updated_at"}
USER_IDS, USER_NAMES = "eUIDs by id", "eUIDs by name"
DEFAULT_LIMIT = 10
MAX_LIMIT = 100

LIST_QUERY = Query(
    Texts("toolkitSlugs", description="Accounts of any of these toolkits."),
    Texts("statuses", tuple(Status.values), "Accounts of any of these statuses."),
    Texts("authConfigIds", description="Accounts through any of these auth configs."),
    Texts("connectedAccountIds", description="These accounts."),
    Texts("eUIDs", description="Accounts of any of these users, by id or by name."),
    Texts("labels", description="Accounts with any of these labels."),
    Choice("orderBy", tuple(ORDER_COLUMNS), "createdAt"),
    Choice("orderDirection", ("asc", "desc"), "desc"),
    Text("cursor", "The nextCursor of the page before; good for the same filters and order only.", 300),
    Number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT, "How many on a page."),
)


class AnyOf(Filter):
    """One of the values; a single one is compared by `=`, which lets an index give the order as well."""

    def filter(self, qs: Accounts, value: Sequence[str]) -> Accounts:
        name = str(self.field_name)
        if len(value) == 1:
            return qs.filter(**{name: value[0]})
        return qs.filter(**{f"{name}__in": value})


class AnyUser(Filter):
    """Users by id or by the app's own name; unknown ones match nothing."""

    parent: AccountFilters

    def filter(self, qs: Accounts, value: tuple[Sequence[str], Sequence[str]]) -> Accounts:
        ids, names = value
        if not names:
            return AnyOf("external_user_id").filter(qs, ids)
        users = ExternalUser.objects.filter(project_id=self.parent.project_id)
        if len(names) == 1 and not ids:
            return qs.filter(external_user_id=users.filter(name=names[0]).values("pk")[:1])
        wanted = Q(name__in=names) | Q(pk__in=ids) if ids else Q(name__in=names)
        return qs.filter(external_user_id__in=users.filter(wanted).values("pk"))


class AnyLabel(Filter):
    """Accounts that have at least one of the labels."""

    parent: AccountFilters

    def filter(self, qs: Accounts, value: Sequence[str]) -> Accounts:
        lookup = "labels__has_any" if self.parent.few else "labels__has_any_of_many"
        return qs.filter(**{lookup: list(value)})


class AccountFilters(FilterSet):
    """The list's filters under their names on the wire."""

    toolkitSlugs = AnyOf("toolkit_slug")
    statuses = AnyOf("status")
    authConfigIds = AnyOf("auth_config_id")
    connectedAccountIds = AnyOf("pk")
    eUIDs = AnyUser("external_user")
    labels = AnyLabel("labels")

    def __init__(self, project_id: str, queryset: Accounts, *, few: bool) -> None:
        super().__init__(data=None, queryset=queryset)
        self.accounts = queryset
        self.project_id = project_id
        self.few = few

    def narrowed(self, wanted: Mapping[str, Any]) -> Accounts:
        """The queryset with the filters among `wanted`; LIST_QUERY has checked them, so no form does it again."""
        accounts = self.accounts
        for name, each in self.filters.items():
            if name in wanted:
                accounts = each.filter(accounts, wanted[name])
        if USER_IDS in wanted or USER_NAMES in wanted:
            accounts = self.filters["eUIDs"].filter(
                accounts, (wanted.get(USER_IDS, ()), wanted.get(USER_NAMES, ()))
            )
        return accounts


def wanted_by(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The filters among LIST_QUERY's values, each sorted; users told apart into ids and names."""
    wanted = {name: sorted(values[name]) for name in FILTERS if values[name] is not None}
    users = wanted.pop("eUIDs", [])
    ids = [each for each in users if is_id("eu", each)]
    names = [each for each in users if not is_id("eu", each)]
    return wanted | ({USER_IDS: ids} if ids else {}) | ({USER_NAMES: names} if names else {})
