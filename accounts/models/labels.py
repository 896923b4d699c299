"""Labels: a JSON list on the account, with lookups that find any of several on both databases.

PostgreSQL has an index for this (GIN, made by a migration). SQLite has none, so that a table of label and account stands
in for it there, kept by triggers: whoever writes an account writes it too. `keep_label_table` makes both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Lookup
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    AnyJSONField = JSONField[Any, Any]
    AnyLookup = Lookup[Any]
else:
    AnyJSONField, AnyLookup = JSONField, Lookup

LABEL_TABLE = (
    "CREATE TABLE IF NOT EXISTS accounts_account_label "
    "(label text NOT NULL, account_id varchar(32) NOT NULL, PRIMARY KEY (label, account_id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS label_of_account ON accounts_account_label (account_id)",
)
_STORE = (
    "INSERT OR IGNORE INTO accounts_account_label "
    "SELECT json_each.value, NEW.id FROM json_each(NEW.labels) WHERE json_each.type = 'text'"
)
_FORGET = "DELETE FROM accounts_account_label WHERE account_id = OLD.id"
LABEL_TRIGGERS = (
    "CREATE TRIGGER IF NOT EXISTS labels_of_new_account AFTER INSERT ON accounts_connectedaccount "
    f"WHEN NEW.labels <> '[]' BEGIN {_STORE}; END",
    "CREATE TRIGGER IF NOT EXISTS labels_of_changed_account AFTER UPDATE OF labels ON accounts_connectedaccount "
    f"WHEN NEW.labels <> OLD.labels BEGIN {_FORGET}; {_STORE}; END",
    "CREATE TRIGGER IF NOT EXISTS labels_of_gone_account AFTER DELETE ON accounts_connectedaccount "
    f"BEGIN {_FORGET}; END",
)


def keep_label_table(connection: BaseDatabaseWrapper) -> None:
    """Makes what is missing of SQLite's table and triggers; does nothing elsewhere.

    Also called after every migration: Django changes a table on SQLite by making it anew, which loses its triggers.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        if "accounts_connectedaccount" not in connection.introspection.table_names(cursor):
            return
        for statement in (*LABEL_TABLE, *LABEL_TRIGGERS):
            cursor.execute(statement)


class LabelsField(AnyJSONField):
    """A list of texts."""


class _Labels(AnyLookup):
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [value]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """`?|` is what the GIN index serves."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} ?| %s", [*parameters, list(self.rhs)]


@LabelsField.register_lookup
class HasAny(_Labels):
    """`labels__has_any=["a", "b"]`: at least one of them is in the list. Found by label: best where few have it."""

    lookup_name = "has_any"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """By the table that stands in for an index."""
        id = f"{connection.ops.quote_name(self.lhs.alias)}.{connection.ops.quote_name('id')}"
        places = ", ".join("%s" for _ in self.rhs)
        return (
            f"{id} IN (SELECT account_id FROM accounts_account_label WHERE label IN ({places}))",
            list(self.rhs),
        )


@LabelsField.register_lookup
class HasAnyOfMany(_Labels):
    """The same, looked at account by account: best where many have it and the first few are wanted."""

    lookup_name = "has_any_of_many"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """`json_each` walks the list; malformed JSON cannot be in the column."""
        column, parameters = self.process_lhs(compiler, connection)
        places = ", ".join("%s" for _ in self.rhs)
        return (
            f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value IN ({places}))",
            [*parameters, *self.rhs],
        )
