"""Rotation brings everything under the newest key, beside running writers, and can be stopped anywhere."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import ConnectedAccount, Credential
from authconfigs.models import AuthConfig
from flowra import rotation
from flowra.encryption import key_ring, sealed_for
from flowra.encryption_keys import KeyRing
from flowra.keys_in_use import check_and_record
from flowra.models import KeyInUse
from flowra.rotation import Column, encrypted_columns, rotate
from tests.factories import make_account, make_auth_config, make_project

OTHER = Callable[..., KeyRing]


def accounts(count: int) -> list[str]:
    config = make_auth_config(make_project())
    return [
        make_account(
            config, secrets={"access_token": f"token-{number}"}, connection_data={"number": number}
        ).pk
        for number in range(count)
    ]


def key_ids() -> set[str]:
    """The ids of all keys that anything in the database names."""
    found = set()
    for column in encrypted_columns():
        found |= {stored.split(".")[1] for stored in column.rows().values_list("stored", flat=True)}
    return found


@pytest.fixture
def newer(db: None, settings: Any, other_ring: OTHER) -> Callable[[], KeyRing]:
    """Puts a new key before the present ones."""

    def add() -> KeyRing:
        settings.FLOWRA_KEY_RING = ring = other_ring(also=key_ring())
        check_and_record()
        return ring

    return add


def test_every_sealed_and_private_column_of_the_house_is_found() -> None:
    assert {column.label for column in encrypted_columns()} >= {
        "accounts.Credential.secrets",
        "accounts.ConnectedAccount.connection_data",
        "accounts.LinkSession.attempt",
        "accounts.LinkSession.prefilled",
        "accounts.LinkSession.connection_data",
        "authconfigs.AuthConfig.secrets",
    }


@pytest.mark.both_databases
def test_all_is_under_the_newest_key_afterwards_and_reads_as_before(
    newer: Callable[[], KeyRing], settings: Any
) -> None:
    pks = accounts(3)
    old = key_ring().newest.id
    ring = newer()
    outcome = rotate()
    assert key_ids() == {ring.newest.id}
    assert (outcome.is_whole, outcome.removable) == (True, [old])
    assert set(KeyInUse.objects.values_list("key_id", flat=True)) == {ring.newest.id}

    newest = ring.get(ring.newest.id)
    assert newest is not None
    settings.FLOWRA_KEY_RING = KeyRing([newest])
    check_and_record()
    for number, pk in enumerate(pks):
        assert Credential.objects.get(pk=pk).secrets == {"access_token": f"token-{number}"}
        assert ConnectedAccount.objects.get(pk=pk).connection_data == {"number": number}
    assert AuthConfig.objects.get().secrets == {"client_secret": "client-secret-0001"}


def test_it_goes_in_batches_and_says_how_far_it_is(
    newer: Callable[[], KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    accounts(5)
    newer()
    lines: list[str] = []
    rotate(lines.append)
    assert [line for line in lines if line.startswith("accounts.Credential.secrets")] == [
        f"accounts.Credential.secrets: {done} of 5" for done in (2, 4, 5)
    ]


def test_one_that_was_stopped_goes_on_where_it_was(
    newer: Callable[[], KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    accounts(4)
    newer()

    def stop_after_two(line: str) -> None:
        if line == "accounts.Credential.secrets: 2 of 4":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(stop_after_two)
    assert len(key_ids()) == 2
    lines: list[str] = []
    assert rotate(lines.append).is_whole
    assert "accounts.Credential.secrets: 2 of 2" in lines
    assert len(key_ids()) == 1


def test_a_second_run_has_nothing_to_do(newer: Callable[[], KeyRing]) -> None:
    accounts(2)
    newer()
    rotate()
    before = list(Credential.objects.values_list("secrets", flat=True))
    assert rotate().rewrapped == 0
    assert list(Credential.objects.values_list("secrets", flat=True)) == before


@pytest.mark.both_databases
def test_a_secret_written_meanwhile_is_never_put_back(
    newer: Callable[[], KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    (pk,) = accounts(1)
    newer()
    rewrapped = Column.under_the_newest
    raced: list[str] = []

    def refreshed_in_between(self: Column, row: Any, stored: str) -> Any:
        value = rewrapped(self, row, stored)
        if self.label == "accounts.Credential.secrets" and not raced:
            raced.append(row)
            fresh = sealed_for(Credential, "secrets", row, {"access_token": "fresh from the provider"})
            Credential.objects.filter(pk=row).update(secrets=fresh)
        return value

    monkeypatch.setattr(Column, "under_the_newest", refreshed_in_between)
    assert rotate().is_whole
    assert raced == [pk]
    assert Credential.objects.get(pk=pk).secrets == {"access_token": "fresh from the provider"}


def test_what_an_old_process_goes_on_writing_is_told_and_its_key_is_kept(
    newer: Callable[[], KeyRing], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pk,) = accounts(1)
    before = key_ring()
    ring = newer()
    rewrapped = Column.under_the_newest

    def written_by_an_old_process(self: Column, row: Any, stored: str) -> Any:
        value = rewrapped(self, row, stored)
        if self.label == "accounts.Credential.secrets":
            settings.FLOWRA_KEY_RING = before
            old = sealed_for(Credential, "secrets", row, {"access_token": "old key"})
            settings.FLOWRA_KEY_RING = ring
            Credential.objects.filter(pk=row).update(secrets=old)
        return value

    monkeypatch.setattr(Column, "under_the_newest", written_by_an_old_process)
    outcome = rotate()
    assert (outcome.left, outcome.removable) == (1, [])
    assert KeyInUse.objects.filter(key_id=before.newest.id).exists()
    with pytest.raises(CommandError, match="Restart every server and worker"):
        call_command("rotate_keys", stdout=StringIO())


def test_a_row_that_cannot_be_opened_stops_no_other_and_is_named_without_its_content(
    newer: Callable[[], KeyRing],
) -> None:
    bad, good = accounts(2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_credential SET secrets = 's1.00000000.c2VjcmV0' WHERE id = %s", [bad])
    ring = newer()
    out = StringIO()
    with pytest.raises(CommandError) as told:
        call_command("rotate_keys", stdout=out)
    assert f"accounts.Credential.secrets of {bad}" in str(told.value)
    assert "00000000" in str(told.value)
    assert "c2VjcmV0" not in str(told.value) + out.getvalue()
    (stored,) = Credential.objects.filter(pk=good).values_list("secrets", flat=True)
    assert stored.startswith(f"s1.{ring.newest.id}.")
    assert Credential.objects.values_list("secrets", flat=True).get(pk=bad) == "s1.00000000.c2VjcmV0"


def test_the_command_says_which_old_key_can_be_taken_out(newer: Callable[[], KeyRing]) -> None:
    accounts(1)
    old = key_ring().newest.id
    ring = newer()
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert f"The newest key is {ring.newest.id}." in out.getvalue()
    assert f"Nothing needs the key {old} any more" in out.getvalue()


def test_no_time_or_version_of_a_row_moves(newer: Callable[[], KeyRing]) -> None:
    (pk,) = accounts(1)
    before = Credential.objects.values("version", "updated_at").get(pk=pk)
    newer()
    rotate()
    assert Credential.objects.values("version", "updated_at").get(pk=pk) == before
