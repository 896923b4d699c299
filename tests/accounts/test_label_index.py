"""What finds accounts by label keeps up with whatever writes them."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, models

from accounts.models import ConnectedAccount
from tests.factories import make_account, make_auth_config, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def found(label: str) -> set[str]:
    """Both lookups agree."""
    by_label = set(ConnectedAccount.objects.filter(labels__has_any=[label]).values_list("pk", flat=True))
    one_by_one = set(
        ConnectedAccount.objects.filter(labels__has_any_of_many=[label]).values_list("pk", flat=True)
    )
    assert by_label == one_by_one
    return by_label


def test_it_follows_every_kind_of_write() -> None:
    config = make_auth_config(make_project())
    account, other = make_account(config, labels=["a", "b", "a"]), make_account(config)
    assert found("a") == {account.pk}
    ConnectedAccount.objects.filter(pk=other.pk).update(labels=["b"])
    assert found("b") == {account.pk, other.pk}
    account.labels = []
    account.save(update_fields=["labels"])
    assert found("a") == set()
    other.delete()
    assert found("b") == set()


def test_what_is_no_text_is_no_label() -> None:
    account = make_account(make_auth_config(make_project()), labels=["1"])
    ConnectedAccount.objects.filter(pk=account.pk).update(labels=[1, None, {"1": 2}])
    assert set(ConnectedAccount.objects.filter(labels__has_any=["1"])) == set()


@pytest.mark.django_db(transaction=True)
def test_a_table_made_anew_by_a_migration_still_keeps_its_labels() -> None:
    config = make_auth_config(make_project())
    before = make_account(config, labels=["a"])
    field = models.TextField(default="")
    field.set_attributes_from_name("passing")
    field.model = ConnectedAccount
    with connection.schema_editor() as editor:
        editor.add_field(ConnectedAccount, field)
    try:
        with connection.schema_editor() as editor:
            editor.remove_field(ConnectedAccount, field)
    finally:
        call_command("migrate", verbosity=0)
    after = make_account(config, labels=["a"])
    assert found("a") == {before.pk, after.pk}
