"""The accounts that a list's filters let through, found in the way that suits how many they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from accounts.actions.sharing import of_user
from accounts.listing.account_filters import AccountFilters
from accounts.models import ConnectedAccount

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

Wanted = Mapping[str, Any]
# So many are sorted in a millisecond.
FEW = 300


class Unindexed(Func):
    """The column, in a way that lets SQLite use no index for it (https://www.sqlite.org/optoverview.html, 2.1)."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """With the unary plus that SQLite takes as that wish."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def accounts_wanted(wanted: Wanted, *, few: bool = True, revoked: bool = False) -> Accounts:
    """The live accounts of `project`, of `user` (and `shared` with them) if one is named, that the filters among `wanted` let through.

    `few` says that the filters' own indexes shall find them, before any order: best where they let little through, and
    for counting. `revoked` asks for those that are deleted instead.
    """
    accounts: Accounts = (
        ConnectedAccount.objects.filter(deleted_at__isnull=False) if revoked else ConnectedAccount.live.all()
    )
    # Of the deleted there are few in a project: their own index finds them.
    if revoked or "connectedAccountIds" in wanted or (few and "labels" in wanted):
        accounts = accounts.alias(of_project=Unindexed("project_id")).filter(of_project=wanted["project"])
    else:
        accounts = accounts.filter(project_id=wanted["project"])
    if "user" in wanted:
        accounts = accounts.filter(of_user(wanted))
    return AccountFilters(wanted["project"], accounts, few=few).narrowed(wanted)


def no_index_gives_order(wanted: Wanted) -> bool:
    """Whether SQLite has no index that gives those wanted in the list's order.

    It would then walk all of the project's accounts for a page of few. (PostgreSQL knows how many there are of each and
    chooses by itself.)
    """
    return connection.vendor == "sqlite" and any(
        name == "labels" or (isinstance(value, list) and len(value) > 1) for name, value in wanted.items()
    )
