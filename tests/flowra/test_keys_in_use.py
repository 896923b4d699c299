"""A start without a key that something may be sealed with is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from flowra.encryption import key_ring
from flowra.encryption_keys import KeyRing
from flowra.keys_in_use import check_and_record
from flowra.models import KeyInUse


def in_use() -> set[str]:
    return set(KeyInUse.objects.values_list("key_id", flat=True))


@pytest.mark.both_databases
def test_the_writing_key_is_recorded_once(db: None) -> None:
    KeyInUse.objects.all().delete()
    check_and_record()
    check_and_record()
    assert in_use() == {key_ring().newest.id}


def test_a_ring_without_a_needed_key_is_refused_and_nothing_is_recorded(
    db: None, settings: Any, other_ring: Callable[..., KeyRing]
) -> None:
    check_and_record()
    before = in_use()
    settings.FLOWRA_KEY_RING = other_ring()
    with pytest.raises(ImproperlyConfigured, match=min(before)):
        check_and_record()
    assert in_use() == before


def test_a_newer_key_before_the_old_one_is_taken_and_recorded(
    db: None, settings: Any, other_ring: Callable[..., KeyRing]
) -> None:
    check_and_record()
    settings.FLOWRA_KEY_RING = ring = other_ring(also=key_ring())
    check_and_record()
    assert in_use() == set(ring.ids())


def test_when_nothing_is_new_it_costs_one_query(db: None, django_assert_num_queries: Any) -> None:
    check_and_record()
    with django_assert_num_queries(1):
        check_and_record()


def test_a_database_that_is_not_migrated_yet_is_left_to_who_needs_it(db: None, caplog: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE flowra_keyinuse RENAME TO flowra_keyinuse_away")
    check_and_record()
    assert "could not be checked" in caplog.text
