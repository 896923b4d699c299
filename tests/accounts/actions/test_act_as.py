"""An app's user is made at first use, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.act_as import act_as, act_as_id_or_name, default_user
from accounts.models import DEFAULT_USER_NAME, ExternalUser
from flowra.errors import Forbidden, InvalidInput
from tests.accounts.at_once import at_once
from tests.factories import make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_name_makes_a_user_at_first_use_and_is_that_user_ever_after() -> None:
    project, other = make_project(), make_project("Other")
    user = act_as(project, "customer_42")
    assert act_as(project, "customer_42") == user
    assert act_as(other, "customer_42") != user
    assert act_as_id_or_name(project, user.pk) == act_as_id_or_name(project, "customer_42") == user
    assert default_user(project).name == DEFAULT_USER_NAME


@pytest.mark.parametrize("name", ["", " ", "a b", "a\n", "ä", "a/b", "x" * 256, "a\x00", "\ud800"])
def test_a_name_that_cannot_be_is_refused_by_the_place_it_came_from(name: str) -> None:
    project = make_project()
    with pytest.raises(InvalidInput) as refused:
        act_as(project, name)
    assert refused.value.errors[0].field == "x-username"
    with pytest.raises(InvalidInput) as refused:
        act_as_id_or_name(project, name)
    assert refused.value.errors[0].field == "eUID"


@pytest.mark.parametrize("name", ["a", "x" * 255, "A.b_c@d-9", "eu_short"])
def test_every_name_of_the_contract_will_do(name: str) -> None:
    assert act_as_id_or_name(make_project(), name).name == name


def test_an_inactive_user_cannot_be_acted_as() -> None:
    project = make_project()
    user = act_as(project, "customer_42")
    ExternalUser.objects.update(is_active=False)
    for named in ("customer_42", user.pk):
        with pytest.raises(Forbidden):
            act_as_id_or_name(project, named)


def test_being_seen_is_noted_to_the_minute_and_not_at_every_call() -> None:
    project = make_project()
    user = act_as(project, "customer_42")
    assert user.last_seen_at is not None
    with CaptureQueriesContext(connection) as queries:
        act_as(project, "customer_42")
    assert len(queries) == 1
    long_ago = timezone.now() - timedelta(minutes=2)
    ExternalUser.objects.update(last_seen_at=long_ago)
    act_as(project, "customer_42")
    seen = ExternalUser.objects.get().last_seen_at
    assert seen is not None
    assert seen > long_ago + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_of_several_calls_at_once_one_makes_the_user() -> None:
    project = make_project()
    found = at_once(*[lambda: act_as(project, "brand-new").pk] * 8)
    assert len(set(found)) == 1
    assert ExternalUser.objects.filter(project=project).count() == 1
