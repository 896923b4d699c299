"""Ids are prefixed, unguessable, and sort by when they were made."""

from __future__ import annotations

import time

import pytest

from flowra.public_ids import MAX_LENGTH, is_id, new_id


def test_an_id_has_its_kinds_prefix_and_fits_its_column() -> None:
    id = new_id("ca")
    assert is_id("ca", id)
    assert len(id) == 29 <= MAX_LENGTH


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = []
    for _ in range(5):
        made.append(new_id("ca"))
        time.sleep(0.003)
    assert made == sorted(made)


def test_no_two_are_alike_and_each_has_eighty_random_bits() -> None:
    made = {new_id("ca") for _ in range(5000)}
    assert len(made) == 5000
    assert len({id[-16:] for id in made}) == 5000


@pytest.mark.parametrize(
    "text", ["", "ca_", "ca_short", "ac_" + "0" * 26, "ca_" + "0" * 27, "ca_" + "U" * 26, "ca_" + "i" * 26]
)
def test_what_is_no_id_of_the_kind_is_known(text: str) -> None:
    assert not is_id("ca", text)
