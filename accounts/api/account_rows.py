"""Accounts as plain rows, for reading in numbers: one query with what is shown, and nothing is opened on the way.

Django would compile the query anew, parse each JSON column, decrypt the connection's data and make every time aware,
field by field: most of what a list costs. Here a prepared query's rows are taken as they are, by the names below.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler

from accounts.listing.accounts_wanted import Unindexed, Wanted, accounts_wanted
from accounts.models import ConnectedAccount
from flowra import prepared
from flowra.api.keyset import KeysetPagination

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

# PostgreSQL's are aware, and in UTC as the session is; SQLite's are text, `2026-11-23 12:00:00.123456`, in UTC too.
Stored = datetime | str
WHOLE_SECONDS = len("2026-11-23 12:00:00")


class AsStored(Func):
    """A time as SQLite stores it, where the driver would parse a plain column of that type; elsewhere as it is."""

    template = "%(expressions)s"
    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """With an operator, which gives the text without the column's type."""
        return self.as_sql(compiler, connection, template="(%(expressions)s || '')", **context)


class AccountRow(NamedTuple):
    """As the database gives it: JSON as text, `connection_data` as ciphertext, times from SQLite as text."""

    id: str
    toolkit_slug: str
    status: str
    status_reason: str
    status_message: str
    is_disabled: bool | int
    display_name: str | None
    labels: str
    shared_with: str | None
    duplicate_of: str
    identity_id: str
    identity_name: str
    identity_email: str
    identity_workspace: str
    connection_data: str
    scopes_requested: str
    scopes_granted: str | None
    secret_names: str
    expires_at: Stored | None
    last_used_at: Stored | None
    last_refreshed_at: Stored | None
    created_at: Stored
    updated_at: Stored
    auth_config_id: str
    auth_config__auth_scheme: str
    auth_config__is_provider_managed: bool | int
    auth_config__is_disabled: bool | int
    external_user_id: str
    external_user__name: str


TIMES = ("expires_at", "last_used_at", "last_refreshed_at", "created_at", "updated_at")
COLUMNS = tuple(AsStored(name) if name in TIMES else name for name in AccountRow._fields)


def moment_of(stored: Stored) -> datetime:
    """The time, aware."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored


def instant_of(stored: Stored | None) -> str | None:
    """ISO 8601 with `Z`, to the millisecond."""
    if stored is None:
        return None
    if isinstance(stored, str):
        return (
            f"{stored[:10]}T{stored[11:23]}Z"
            if len(stored) > WHOLE_SECONDS
            else f"{stored[:10]}T{stored[11:]}.000Z"
        )
    return stored.isoformat(timespec="milliseconds")[:23] + "Z"


def read_one(wanted: Wanted, id: str) -> AccountRow | None:
    """That account, if it is among those wanted."""
    found = prepared.rows(
        "account",
        lambda values: accounts_wanted(values).filter(pk=values["id"]).values_list(*COLUMNS),
        {**wanted, "id": id},
    )
    return AccountRow._make(found[0]) if found else None


def read_page(wanted: Wanted, pages: KeysetPagination, *, few: bool) -> list[AccountRow]:
    """A page of those wanted, of which there are few or not."""

    def build(values: Wanted) -> Accounts:
        accounts = accounts_wanted(values, few=few)
        column = pages.column
        if few:
            column = "sorted_by"
            accounts = accounts.alias(sorted_by=Unindexed(pages.column))
        cut = pages.cut(accounts, values if pages.bounds else {}, column=column)
        return cut.values_list(*COLUMNS)

    shape: Hashable = ("accounts", pages.column, pages.descending, pages.limit, few)
    found = prepared.rows(shape, build, {**wanted, **pages.bounds})
    return pages.taken([AccountRow._make(row) for row in found])


def count_wanted(wanted: Wanted) -> int:
    """How many are wanted."""
    return prepared.count("accounts", lambda values: accounts_wanted(values).values_list("pk"), wanted)


def read_rows(accounts: Accounts) -> list[AccountRow]:
    """The rows of any queryset of accounts."""
    sql, parameters = accounts.values_list(*COLUMNS).query.sql_with_params()
    return [AccountRow._make(row) for row in prepared.fetched(sql, parameters)]
