"""Rewrapping every stored secret under the newest key.

It may be stopped and run again at any time: what is under the newest key already is not looked at, and each row is
changed only while it still holds the ciphertext that was read, so that a secret written meanwhile is never put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q

from flowra.encryption import (
    PRIVATE_MARK,
    SEALED_MARK,
    EncryptedJSONField,
    SealedJSONField,
    Unreadable,
    key_ring,
)
from flowra.models import KeyInUse

BATCH = 200
PASSES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column that holds ciphertexts."""

    model: type[models.Model]
    field: SealedJSONField | EncryptedJSONField

    @property
    def label(self) -> str:
        """`accounts.Credential.secrets`."""
        return f"{self.model._meta.label}.{self.field.name}"

    def rows(self) -> models.QuerySet[Any]:
        """All rows that hold something, deleted ones too, with the ciphertext as `stored`."""
        as_it_is = ExpressionWrapper(F(self.field.name), output_field=models.TextField())
        return self.model._base_manager.annotate(stored=as_it_is).exclude(stored=None)

    def under(self, key_id: str) -> Q:
        """Rows whose ciphertext names that key."""
        mark = SEALED_MARK if isinstance(self.field, SealedJSONField) else PRIVATE_MARK
        return Q(stored__startswith=f"{mark}.{key_id}.")

    def under_the_newest(self, pk: Any, stored: str) -> Any:
        """What `update()` stores in place of `stored`; raises Unreadable."""
        if isinstance(self.field, SealedJSONField):
            return self.field.seal(str(pk), self.field.open(str(pk), stored))
        return self.field.from_db_value(stored)


@dataclass(slots=True)
class Outcome:
    """What a rotation did. `unreadable` says of each row that could not be opened where it is, and why."""

    rewrapped: int = 0
    left: int = 0
    unreadable: list[str] = field(default_factory=list)
    removable: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether everything is under the newest key now."""
        return not self.left and not self.unreadable


def encrypted_columns() -> list[Column]:
    """Every sealed or private column of every model, found by its type."""
    return [
        Column(model, each)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.managed
        for each in model._meta.local_concrete_fields
        if isinstance(each, SealedJSONField | EncryptedJSONField)
    ]


def rotate(tell: Callable[[str], None] = lambda line: None) -> Outcome:
    """Brings all columns under the newest key, in batches; `tell` gets lines of progress.

    A process that still writes with an older key may undo some of it: what it wrote is taken again, a few times, and
    then counted as `left`. Keys that nothing needs any more are forgotten and answered as `removable`.
    """
    outcome = Outcome()
    columns = encrypted_columns()
    for column in columns:
        _rotate_column(column, outcome, tell)
    _forget_unneeded_keys(columns, outcome)
    return outcome


def _rotate_column(column: Column, outcome: Outcome, tell: Callable[[str], None]) -> None:
    newest = column.under(key_ring().newest.id)
    unreadable: set[Any] = set()
    for _ in range(PASSES):
        waiting = column.rows().exclude(newest).exclude(pk__in=unreadable)
        total = waiting.count()
        if not total:
            break
        done = 0
        for batch in _batches(waiting):
            fresh = {}
            for pk, stored in batch:
                try:
                    fresh[pk] = (stored, column.under_the_newest(pk, stored))
                except Unreadable as error:
                    unreadable.add(pk)
                    outcome.unreadable.append(f"{column.label} of {pk}: {error.message}")
            with transaction.atomic():
                for pk, (stored, value) in fresh.items():
                    outcome.rewrapped += (
                        column.rows().filter(pk=pk, stored=stored).update(**{column.field.attname: value})
                    )
            done += len(batch)
            tell(f"{column.label}: {done} of {total}")
    outcome.left += column.rows().exclude(newest).exclude(pk__in=unreadable).count()


def _batches(rows: models.QuerySet[Any]) -> Iterator[list[tuple[Any, str]]]:
    after: Any = None
    while True:
        further = rows if after is None else rows.filter(pk__gt=after)
        batch = list(further.order_by("pk").values_list("pk", "stored")[:BATCH])
        if not batch:
            return
        yield batch
        after = batch[-1][0]


def _forget_unneeded_keys(columns: list[Column], outcome: Outcome) -> None:
    ring = key_ring()
    known = {*ring.ids(), *KeyInUse.objects.values_list("key_id", flat=True)} - {ring.newest.id}
    needed = {
        key_id
        for key_id in known
        if any(column.rows().filter(column.under(key_id)).exists() for column in columns)
    }
    unneeded = known - needed
    KeyInUse.objects.filter(key_id__in=unneeded).delete()
    outcome.removable = [key_id for key_id in ring.ids() if key_id in unneeded]
