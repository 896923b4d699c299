"""Which credentials a worker takes up first: what has a slot is not kept from it by what has none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.claim_renewals import claim_renewals
from accounts.models import Credential
from tests.factories import make_account, make_auth_config, make_project

LEASE = timedelta(seconds=20)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def credentials() -> list[str]:
    """Six that are due, the first the longest."""
    auth_config = make_auth_config(make_project())
    now = timezone.now()
    ids = []
    for number in range(6):
        account = make_account(auth_config, secrets={"refresh_token": str(number)})
        Credential.objects.filter(pk=account.pk).update(due_at=now - timedelta(minutes=10 - number))
        ids.append(account.pk)
    return ids


def give_slot(id: str, seconds_from_now: float) -> None:
    slot_at = timezone.now() + timedelta(seconds=seconds_from_now)
    Credential.objects.filter(pk=id).update(slot_at=slot_at, due_at=slot_at)


def taken(limit: int) -> list[str]:
    return [each.pk for each in claim_renewals(limit, LEASE)]


def test_a_slot_that_has_come_goes_before_what_is_due_for_longer(credentials: list[str]) -> None:
    give_slot(credentials[4], -0.2)
    give_slot(credentials[5], -0.5)
    assert taken(1) == [credentials[5]]
    assert set(taken(2)) == {credentials[4], credentials[0]}


def test_a_slot_that_lies_ahead_is_waited_for(credentials: list[str]) -> None:
    give_slot(credentials[0], 30)
    assert set(taken(10)) == set(credentials[1:])


def test_what_is_taken_is_nobody_elses(credentials: list[str]) -> None:
    give_slot(credentials[2], -0.1)
    first = taken(3)
    assert set(first) == {credentials[2], credentials[0], credentials[1]}
    assert set(taken(10)) == set(credentials) - set(first)
    assert taken(10) == []
