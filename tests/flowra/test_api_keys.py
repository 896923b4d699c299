"""Who is calling: keys in two headers, scopes, last use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from flowra.api.last_used import KEYS
from flowra.models import ApiKey
from flowra.models.api_key import make_key as new_key_text
from tests.caller import make_caller, problem_of
from tests.factories import make_key

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PROFILE = "/api/v1/users/profile"


def _with(**headers: str) -> Any:
    return Client(headers=headers).get(PROFILE)


def test_a_key_opens_its_own_project_by_either_header() -> None:
    key, text = make_key()
    assert _with(**{"x-api-key": text}).json()["data"]["projectId"] == key.project_id
    assert _with(authorization=f"Bearer {text}").json()["data"]["projectId"] == key.project_id
    assert _with(authorization=f"bearer  {text}").status_code == 200


def test_two_different_keys_in_one_call_are_refused() -> None:
    (_, one), (_, other) = make_key(), make_key()
    problem_of(_with(**{"x-api-key": one, "authorization": f"Bearer {other}"}), 401)
    assert _with(**{"x-api-key": one, "authorization": f"Bearer {one}"}).status_code == 200


def test_no_key_is_a_401_that_says_how_to_be_let_in() -> None:
    answer = Client().get(PROFILE)
    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("text", ["", "nonsense", "flw_live_short", "x" * 10_000, "flw_live_" + "é" * 38])
def test_what_has_not_the_form_of_a_key_never_reaches_the_database(
    text: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        problem_of(_with(**{"x-api-key": text}), 401)


def test_a_well_formed_but_unknown_key_is_refused() -> None:
    told = problem_of(_with(**{"x-api-key": new_key_text(is_test=False)}), 401)
    assert told["code"] == "unauthenticated"


def test_a_revoked_and_an_expired_key_are_refused_and_say_so() -> None:
    _, revoked = make_key(revoked_at=timezone.now())
    _, expired = make_key(expires_at=timezone.now() - timedelta(seconds=1))
    assert "revoked" in problem_of(_with(**{"x-api-key": revoked}), 401)["message"]
    assert "run out" in problem_of(_with(**{"x-api-key": expired}), 401)["message"]


def test_a_key_with_a_day_left_is_good() -> None:
    _, text = make_key(expires_at=timezone.now() + timedelta(days=1))
    assert _with(**{"x-api-key": text}).status_code == 200


def test_the_key_and_its_project_are_one_query(django_assert_num_queries: Any) -> None:
    key, text = make_key(last_used_at=timezone.now())
    with django_assert_num_queries(1):
        assert _with(**{"x-api-key": text}).status_code == 200
    assert key.pk


def test_a_key_without_the_scope_is_a_403_that_names_it() -> None:
    caller = make_caller(scopes=["accounts:read"])
    told = problem_of(caller.get("auth_configs"), 403)
    assert told["code"] == "missing_scope"
    assert "configs:read" in told["message"]
    assert "configs:write" in problem_of(caller.post("toolkits", {}), 403)["message"]


def test_a_wrong_scope_is_told_before_the_body_is_looked_at() -> None:
    problem_of(make_caller(scopes=[]).post("auth_configs", raw=b"{not json"), 403)


def test_the_profile_needs_no_scope() -> None:
    assert make_caller(scopes=[]).get("users/profile").status_code == 200


@pytest.mark.parametrize("name", ["", "has space", "x" * 256, "semi;colon", "ünï", "a/b"])
def test_a_name_that_can_be_no_users_is_refused_by_its_header(name: str) -> None:
    problem_of(make_caller().get("toolkits", headers={"x-username": name}), 400, "x-username")


class TestLastUse:
    def test_it_is_noted_when_the_request_is_over(self) -> None:
        key, text = make_key()
        _with(**{"x-api-key": text})
        key.refresh_from_db()
        assert key.last_used_at is not None
        assert timezone.now() - key.last_used_at < timedelta(seconds=5)

    def test_it_is_written_at_most_once_a_minute(self, django_assert_num_queries: Any) -> None:
        _, text = make_key()
        _with(**{"x-api-key": text})
        with django_assert_num_queries(5):
            for _ in range(5):
                _with(**{"x-api-key": text})

    def test_callers_at_the_same_moment_leave_one_note(self, django_assert_num_queries: Any) -> None:
        key, _ = make_key()
        KEYS.note(key.pk, key.last_used_at)
        KEYS.note(key.pk, key.last_used_at)
        with django_assert_num_queries(1):
            KEYS.write()
        KEYS.note(key.pk, key.last_used_at)  # it was read before the note was written
        with django_assert_num_queries(0):
            KEYS.write()

    def test_a_minute_later_it_is_written_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key, text = make_key()
        _with(**{"x-api-key": text})
        long_ago = timezone.now() - timedelta(minutes=2)
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=long_ago)
        monkeypatch.setitem(KEYS._noted, key.pk, long_ago)
        _with(**{"x-api-key": text})
        key.refresh_from_db()
        assert key.last_used_at is not None
        assert key.last_used_at > long_ago + timedelta(minutes=1)

    def test_a_note_that_could_not_be_written_is_written_at_the_next_use(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.db import OperationalError
        from django.db.models import QuerySet

        key, text = make_key()

        def away(*_: Any, **__: Any) -> int:
            raise OperationalError("away")

        with monkeypatch.context() as broken:
            broken.setattr(QuerySet, "update", away)
            assert _with(**{"x-api-key": text}).status_code == 200
        key.refresh_from_db()
        assert key.last_used_at is None
        _with(**{"x-api-key": text})
        key.refresh_from_db()
        assert key.last_used_at is not None

    def test_a_key_that_is_refused_was_not_used(self) -> None:
        key, text = make_key(revoked_at=timezone.now())
        _with(**{"x-api-key": text})
        key.refresh_from_db()
        assert key.last_used_at is None
