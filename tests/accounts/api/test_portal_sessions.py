"""POST portal_sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import DEFAULT_USER_NAME, ExternalUser, PortalSession
from flowra.models import Event
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_external_user

pytestmark = pytest.mark.django_db


def made(api: Caller, **wishes: Any) -> dict[str, Any]:
    answer = api.post("portal_sessions", {"eUID": "customer_42", **wishes})
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def seconds_left(expires_at: str) -> float:
    return (datetime.fromisoformat(expires_at) - timezone.now()).total_seconds()


@pytest.mark.both_databases
def test_it_answers_a_url_and_until_when_it_works(api: Caller, settings: Any) -> None:
    told = made(api)
    assert list(told) == ["url", "expiresAt"]
    assert told["url"].startswith(f"{settings.FLOWRA_PUBLIC_URL}/portal/")
    assert 590 < seconds_left(told["expiresAt"]) <= 600
    stored = PortalSession.objects.get()
    assert stored.external_user.name == "customer_42"
    token = told["url"].rsplit("/", 1)[-1]
    assert len(token) == 43
    assert token not in str(list(PortalSession.objects.values()))


def test_it_lasts_as_long_as_asked_for_an_hour_at_most(api: Caller) -> None:
    for seconds in (1, 3_600):
        assert seconds - 5 < seconds_left(made(api, expiresInSeconds=seconds)["expiresAt"]) <= seconds
    for wrong in (0, -1, 3_601, "soon", 1.5, 10**30):
        answer = api.post("portal_sessions", {"eUID": "customer_42", "expiresInSeconds": wrong})
        problem_of(answer, 400, "expiresInSeconds")


def test_the_user_is_named_by_header_name_or_id(api: Caller) -> None:
    user = make_external_user(api.project, "sales")
    for caller, body in ((api.as_user("sales"), {}), (api, {"eUID": "sales"}), (api, {"eUID": user.pk})):
        assert caller.post("portal_sessions", body).status_code == 201
    assert set(PortalSession.objects.values_list("external_user_id", flat=True)) == {user.pk}
    problem_of(api.as_user("sales").post("portal_sessions", {"eUID": "other"}), 400, "eUID")


@pytest.mark.parametrize("body", [{}, {"eUID": None}, {"eUID": ""}, {"eUID": "a b"}, {"eUID": 7}])
def test_without_a_user_nothing_is_made(api: Caller, body: dict[str, Any]) -> None:
    problem_of(api.post("portal_sessions", body), 400, "eUID")
    assert not PortalSession.objects.exists()


def test_the_default_user_is_no_person(api: Caller) -> None:
    problem_of(api.post("portal_sessions", {"eUID": DEFAULT_USER_NAME}), 400, "eUID")
    problem_of(api.as_user(DEFAULT_USER_NAME).post("portal_sessions", {}), 400, "eUID")
    assert not ExternalUser.objects.exists()
    user = make_external_user(api.project, DEFAULT_USER_NAME)
    problem_of(api.post("portal_sessions", {"eUID": user.pk}), 400, "eUID")
    assert not PortalSession.objects.exists()


def test_an_inactive_user_has_none(api: Caller) -> None:
    make_external_user(api.project, "gone", is_active=False)
    assert problem_of(api.post("portal_sessions", {"eUID": "gone"}), 403)["code"] == "user_inactive"


def test_another_project_s_user_is_none(api: Caller) -> None:
    other = make_external_user(make_caller().project)
    problem_of(api.post("portal_sessions", {"eUID": other.pk}), 400, "eUID")


def test_the_scope_is_that_of_changing_accounts(api: Caller) -> None:
    reader = make_caller(api.project, scopes=["accounts:read", "configs:write"])
    assert "accounts:write" in problem_of(reader.post("portal_sessions", {"eUID": "a"}), 403)["message"]


def test_what_it_does_not_know_is_refused_by_name(api: Caller) -> None:
    told = problem_of(api.post("portal_sessions", {"eUID": "a", "localle": "de"}), 400, "localle")
    assert "locale" in told["message"]
    problem_of(api.post("portal_sessions?eUID=a", {"eUID": "a"}), 400, "eUID")
    problem_of(api.post("portal_sessions", {"eUID": "a", "locale": "../de"}), 400, "locale")
    made(api, locale="pt-BR")
    assert PortalSession.objects.get().locale == "pt-BR"


def test_the_trail_has_who_asked(api: Caller) -> None:
    made(api)
    event = Event.objects.get(type="portal.created")
    assert (event.actor_kind, event.actor_name) == ("api_key", "test key")
    assert event.subject_id == ExternalUser.objects.get().pk
    assert event.data["portal"] == PortalSession.objects.get().pk


def test_each_call_makes_one_of_its_own(api: Caller) -> None:
    assert made(api)["url"] != made(api)["url"]
    assert timedelta(0) < PortalSession.objects.latest("created_at").expires_at - timezone.now()
