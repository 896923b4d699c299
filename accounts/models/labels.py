"""Labels: a JSON list on the account, with a lookup that finds any of several on both databases."""

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


class LabelsField(AnyJSONField):
    """A list of texts."""


@LabelsField.register_lookup
class HasAny(AnyLookup):
    """`labels__has_any=["a", "b"]`: at least one of them is in the list."""

    lookup_name = "has_any"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [value]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """`json_each` walks the list; malformed JSON cannot be in the column."""
        column, parameters = self.process_lhs(compiler, connection)
        places = ", ".join("%s" for _ in self.rhs)
        return (
            f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value IN ({places}))",
            [*parameters, *self.rhs],
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """`?|` is what the GIN index serves."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} ?| %s", [*parameters, list(self.rhs)]
