"""Secrets at rest: sealed to their row, never garbage, never plaintext, and a missing key is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction

from accounts.models import ConnectedAccount, Credential
from flowra.encryption import Ciphertext, Unreadable, fingerprints, key_ring, sealed_for
from flowra.encryption_keys import KeyRing
from tests.factories import make_account, make_auth_config, make_project

TOKEN = "xoxb-a-very-secret-token"


@pytest.fixture
def credential(db: None) -> Credential:
    account = make_account(
        make_auth_config(make_project()),
        secrets={"access_token": TOKEN},
        connection_data={"subdomain": "acme"},
    )
    return Credential.objects.get(pk=account.pk)


def stored(table: str, column: str, pk: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [pk])
        return str(cursor.fetchone()[0])


def store(table: str, column: str, pk: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [value, pk])


def store_secrets(pk: str, value: str) -> Credential:
    store("accounts_credential", "secrets", pk, value)
    return Credential.objects.get(pk=pk)


def raw_secrets(pk: str) -> str:
    return stored("accounts_credential", "secrets", pk)


def raw_private(pk: str) -> str:
    return stored("accounts_connectedaccount", "connection_data", pk)


@pytest.mark.both_databases
def test_a_secret_reads_as_it_was_written_and_its_column_holds_none_of_it(credential: Credential) -> None:
    assert credential.secrets == {"access_token": TOKEN}
    assert raw_secrets(credential.pk).startswith(f"s1.{key_ring().newest.id}.")
    assert TOKEN not in raw_secrets(credential.pk)
    assert "acme" not in raw_private(credential.pk)
    assert ConnectedAccount.objects.get(pk=credential.pk).connection_data == {"subdomain": "acme"}


def test_the_same_secret_never_looks_the_same_twice(credential: Credential) -> None:
    before = raw_secrets(credential.pk)
    credential.secrets = {"access_token": TOKEN}
    credential.save()
    assert raw_secrets(credential.pk) != before


def test_a_ciphertext_moved_to_another_row_is_refused(credential: Credential) -> None:
    other = make_account(make_auth_config(make_project()), secrets={"access_token": "another"})
    moved = store_secrets(other.pk, raw_secrets(credential.pk))
    with pytest.raises(Unreadable, match="does not belong to its row"):
        _ = moved.secrets


def test_a_ciphertext_moved_to_another_table_is_refused(credential: Credential) -> None:
    foreign = sealed_for(
        type(make_auth_config(make_project())), "secrets", credential.pk, {"client_secret": "x"}
    )
    with pytest.raises(Unreadable):
        _ = store_secrets(credential.pk, foreign).secrets


@pytest.mark.parametrize("place", [12, 30, -3])
def test_a_changed_ciphertext_is_refused(credential: Credential, place: int) -> None:
    text = raw_secrets(credential.pk)
    place = place % len(text)
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(Unreadable):
        _ = store_secrets(credential.pk, changed).secrets


@pytest.mark.parametrize(
    "text", ['{"access_token": "plain"}', "", "s1", "s1..", "s1.00000000.", "p1.x.y", "s1.%s.!!!"]
)
def test_what_was_not_encrypted_here_is_never_given_out(credential: Credential, text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        _ = store_secrets(credential.pk, text.replace("%s", key_ring().newest.id)).secrets
    assert "plain" not in str(refused.value)


def test_plaintext_in_a_private_column_is_refused(credential: Credential) -> None:
    store("accounts_connectedaccount", "connection_data", credential.pk, json.dumps({"subdomain": "plain"}))
    with pytest.raises(Unreadable, match="not encrypted here"):
        ConnectedAccount.objects.get(pk=credential.pk)


def test_a_wrong_key_names_the_id_of_the_one_that_is_missing(
    credential: Credential, settings: Any, other_ring: Callable[..., KeyRing]
) -> None:
    needed = key_ring().newest.id
    settings.FLOWRA_KEY_RING = other_ring()
    with pytest.raises(Unreadable, match=needed):
        _ = Credential.objects.get(pk=credential.pk).secrets
    with pytest.raises(Unreadable, match=needed):
        ConnectedAccount.objects.get(pk=credential.pk)


def test_a_row_read_with_a_wrong_key_and_saved_keeps_its_ciphertext(
    credential: Credential, settings: Any, other_ring: Callable[..., KeyRing]
) -> None:
    before = raw_secrets(credential.pk)
    settings.FLOWRA_KEY_RING = other_ring()
    unread = Credential.objects.get(pk=credential.pk)
    unread.version = 2
    unread.save()
    assert raw_secrets(credential.pk) == before


def test_an_older_key_still_reads_and_the_newest_writes(
    credential: Credential, settings: Any, other_ring: Callable[..., KeyRing]
) -> None:
    ring = other_ring(also=key_ring())
    settings.FLOWRA_KEY_RING = ring
    again = Credential.objects.get(pk=credential.pk)
    assert again.secrets == {"access_token": TOKEN}
    again.secrets = {"access_token": "fresh"}
    again.save()
    assert raw_secrets(credential.pk).startswith(f"s1.{ring.newest.id}.")


@pytest.mark.parametrize("lookup", ["secrets", "secrets__contains", "secrets__access_token", "secrets__in"])
def test_searching_a_secret_is_an_error_and_not_an_empty_answer(db: None, lookup: str) -> None:
    with pytest.raises(FieldError, match="cannot be searched"):
        Credential.objects.filter(**{lookup: "x"}).exists()


@pytest.mark.parametrize(
    "lookup", ["connection_data", "connection_data__contains", "connection_data__subdomain"]
)
def test_searching_private_data_is_an_error_too(db: None, lookup: str) -> None:
    with pytest.raises(FieldError, match="cannot be searched"):
        ConnectedAccount.objects.filter(**{lookup: "x"}).exists()


def test_values_gives_ciphertext_whose_repr_shows_nothing(credential: Credential) -> None:
    (value,) = Credential.objects.values_list("secrets", flat=True)
    assert isinstance(value, Ciphertext)
    assert TOKEN not in value
    assert repr(value) == f"<Ciphertext of key {key_ring().newest.id}>"


def test_an_update_takes_only_what_was_sealed_for_the_row(credential: Credential) -> None:
    for plain in ({"access_token": "plain"}, "plain"):
        with pytest.raises(FieldError, match="only what"), transaction.atomic():
            Credential.objects.filter(pk=credential.pk).update(secrets=plain)
    sealed = sealed_for(Credential, "secrets", credential.pk, {"access_token": "new"})
    Credential.objects.filter(pk=credential.pk).update(secrets=sealed)
    assert Credential.objects.get(pk=credential.pk).secrets == {"access_token": "new"}


def test_a_secret_needs_its_rows_id_before_it_is_saved(db: None) -> None:
    nameless = Credential(id="")
    nameless.secrets = {"access_token": TOKEN}
    with pytest.raises(FieldError, match="primary key"):
        nameless.save()


def test_cleaning_a_form_never_opens_what_a_person_typed(credential: Credential) -> None:
    """As the library comes, a ciphertext typed into a form would be decrypted for whoever typed it."""
    account = ConnectedAccount.objects.get(pk=credential.pk)
    typed = raw_private(credential.pk)
    private: Any = ConnectedAccount._meta.get_field("connection_data")
    sealed: Any = Credential._meta.get_field("secrets")
    assert private.clean(typed, account) == typed
    assert private.to_python(typed) == typed
    assert sealed.to_python(raw_secrets(credential.pk)) == raw_secrets(credential.pk)


def test_encrypted_fields_are_in_no_form(db: None) -> None:
    assert not Credential._meta.get_field("secrets").editable
    assert not ConnectedAccount._meta.get_field("connection_data").editable


def test_reading_a_list_opens_no_secret_until_one_is_asked_for(credential: Credential, settings: Any) -> None:
    store_secrets(credential.pk, "s1.00000000.AAAA")
    (row,) = Credential.objects.all()
    with pytest.raises(Unreadable, match="00000000"):
        _ = row.secrets


def test_a_fingerprint_is_the_same_under_the_same_key_and_tells_nothing_without_it(settings: Any) -> None:
    (one,) = fingerprints("a password")
    assert fingerprints("a password") == [one]
    assert fingerprints("a passwore") != [one]
    assert one != hashlib.sha256(b"a password").hexdigest()
    settings.FLOWRA_KEY_RING = KeyRing(
        [KeyRing.from_texts([bytes(range(32)).hex()]).newest, settings.FLOWRA_KEY_RING.newest]
    )
    newest, older = fingerprints("a password")
    assert older == one
    assert newest != one
