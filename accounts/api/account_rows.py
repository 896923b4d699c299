"""Accounts as plain rows, for reading in numbers: one query with what is shown, and nothing is opened on the way.

Django would compile the query anew, parse each JSON column, decrypt the connection's data and make every time aware,
field by field: most of what a list costs. Here a prepared query's rows are taken as they are, by the names below.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet

from accounts.api.account_filters import AccountFilters
from accounts.models import ConnectedAccount
from flowra import prepared
from flowra.api.keyset import KeysetPagination

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

Wanted = Mapping[str, Any]


class AccountRow(NamedTuple):
    """As the database gives it: JSON as text, `connection_data` as ciphertext, times aware or in UTC without saying so."""

    id: str
    toolkit_slug: str
    status: str
    status_reason: str
    status_message: str
    is_disabled: bool | int
    display_name: str | None
    labels: str
    identity_id: str
    identity_name: str
    identity_email: str
    identity_workspace: str
    connection_data: str
    scopes_requested: str
    scopes_granted: str | None
    secret_names: str
    expires_at: datetime | None
    last_used_at: datetime | None
    last_refreshed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    auth_config_id: str
    auth_config__auth_scheme: str
    auth_config__is_provider_managed: bool | int
    auth_config__is_disabled: bool | int
    external_user_id: str
    external_user__name: str


def accounts_wanted(wanted: Wanted) -> Accounts:
    """The live accounts of `project`, of `user` if one is named, that the filters among `wanted` let through."""
    accounts = ConnectedAccount.live.filter(project_id=wanted["project"])
    if "user" in wanted:
        accounts = accounts.filter(external_user_id=wanted["user"])
    return AccountFilters(wanted["project"], accounts).narrowed(wanted)


def read_one(wanted: Wanted, id: str) -> AccountRow | None:
    """That account, if it is among those wanted."""
    found = prepared.rows(
        "account",
        lambda values: accounts_wanted(values).filter(pk=values["id"]).values_list(*AccountRow._fields),
        {**wanted, "id": id},
    )
    return AccountRow._make(found[0]) if found else None


def read_page(wanted: Wanted, pages: KeysetPagination) -> list[AccountRow]:
    """A page of those wanted."""
    shape: Hashable = ("accounts", pages.column, pages.descending, pages.limit)
    found = prepared.rows(
        shape,
        lambda values: pages.cut(accounts_wanted(values), values if pages.bounds else {}).values_list(
            *AccountRow._fields
        ),
        {**wanted, **pages.bounds},
    )
    return pages.taken([AccountRow._make(row) for row in found])


def count_wanted(wanted: Wanted) -> int:
    """How many are wanted."""
    return prepared.count("accounts", lambda values: accounts_wanted(values).values_list("pk"), wanted)


def read_rows(accounts: Accounts) -> list[AccountRow]:
    """The rows of any queryset of accounts."""
    sql, parameters = accounts.values_list(*AccountRow._fields).query.sql_with_params()
    return [AccountRow._make(row) for row in prepared.fetched(sql, parameters)]
