"""GET connected_accounts/{id}/events: who did what to it and when."""

from __future__ import annotations

import pytest

from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config

pytestmark = pytest.mark.django_db


def test_the_trail_is_told_newest_first(api: Caller) -> None:
    account = make_account(make_auth_config(api.project))
    for body in ({"displayName": "One"}, {"isDisabled": True}, {"isDisabled": False}):
        api.patch(f"connected_accounts/{account.pk}", body)
    events = api.get(f"connected_accounts/{account.pk}/events").json()
    assert [each["type"] for each in events["items"]] == [
        "account.enabled",
        "account.disabled",
        "account.updated",
    ]
    assert events["nextCursor"] is None
    newest = events["items"][0]
    assert list(newest) == ["id", "type", "at", "actor", "data"]
    assert newest["actor"]["kind"] == "api_key"
    assert newest["actor"]["name"] == "test key"
    assert newest["at"].endswith("Z")


def test_it_is_paged_by_cursor(api: Caller) -> None:
    account = make_account(make_auth_config(api.project))
    for number in range(5):
        api.patch(f"connected_accounts/{account.pk}", {"displayName": f"Name {number}"})
    path = f"connected_accounts/{account.pk}/events?limit=2"
    names, cursor = [], ""
    while True:
        page = api.get(path + cursor).json()
        names += [each["data"]["displayName"] for each in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert names == [f"Name {number}" for number in (4, 3, 2, 1, 0)]


def test_another_accounts_cursor_and_unknown_parameters_are_refused(api: Caller) -> None:
    config = make_auth_config(api.project)
    one, other = make_account(config), make_account(config)
    for name in ("a", "b"):
        api.patch(f"connected_accounts/{one.pk}", {"displayName": name})
    cursor = api.get(f"connected_accounts/{one.pk}/events?limit=1").json()["nextCursor"]
    problem_of(api.get(f"connected_accounts/{other.pk}/events?cursor={cursor}"), 400, "cursor")
    problem_of(api.get(f"connected_accounts/{one.pk}/events?limit=1000"), 400, "limit")
    problem_of(api.get(f"connected_accounts/{one.pk}/events?type=x"), 400, "type")


def test_another_users_and_another_projects_trail_is_unknown(api: Caller) -> None:
    account = make_account(make_auth_config(api.project))
    problem_of(api.as_user("support").get(f"connected_accounts/{account.pk}/events"), 404)
    problem_of(make_caller().get(f"connected_accounts/{account.pk}/events"), 404)
