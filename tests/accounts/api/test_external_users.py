"""The external-users endpoints."""

from __future__ import annotations

import pytest

from accounts.actions.act_as import default_user
from flowra.models import Event
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user

pytestmark = pytest.mark.django_db


def test_the_same_name_again_is_the_same_user(api: Caller) -> None:
    first = api.post("external-users", {"name": "sales@example.com"})
    again = api.post("external-users", {"name": "sales@example.com"})
    assert first.json()["success"] is again.json()["success"] is True
    data = first.json()["data"]
    assert data["id"] == again.json()["data"]["id"]
    assert list(data) == ["id", "name", "projectId", "isActive", "connectionCount", "createdAt", "lastSeenAt"]
    assert Event.objects.filter(subject_id=data["id"], type="user.created").count() == 1


@pytest.mark.parametrize("name", ["", "two words", "x" * 256, "ä", "a/b", None, 7, "a\n"])
def test_a_name_that_cannot_be_is_refused(api: Caller, name: object) -> None:
    problem_of(api.post("external-users", {"name": name}), 400, "name")


def test_the_list_searches_sorts_and_counts_live_accounts(api: Caller) -> None:
    users = {name: make_external_user(api.project, name) for name in ("ann", "bob", "annette")}
    config = make_auth_config(api.project)
    make_account(config, users["bob"])
    gone = make_account(config, users["bob"])
    api.delete(f"connected_accounts/{gone.pk}")
    page = api.get("external-users?sortBy=name&sortOrder=asc").json()
    assert [(each["name"], each["connectionCount"]) for each in page["data"]] == [
        ("ann", 0),
        ("annette", 0),
        ("bob", 1),
    ]
    assert (page["total"], page["page"], page["totalPages"], page["hasNextPage"]) == (3, 1, 1, False)
    assert {each["name"] for each in api.get("external-users?q=ANN").json()["data"]} == {"ann", "annette"}
    assert len(api.get("external-users?limit=2").json()["data"]) == 2


def test_another_projects_users_are_not_there(api: Caller) -> None:
    user = make_external_user(api.project, "sales")
    other = make_caller()
    assert other.get("external-users").json()["data"] == []
    assert other.get("external-users/username/sales").json()["data"] is None
    problem_of(other.put(f"external-users/{user.pk}/toggle-active"), 404)


def test_a_user_is_found_by_name_and_an_unknown_one_is_null(api: Caller) -> None:
    make_external_user(api.project, "sales@example.com")
    assert api.get("external-users/username/sales@example.com").json()["data"]["name"] == "sales@example.com"
    unknown = api.get("external-users/username/nobody")
    assert (unknown.status_code, unknown.json()["data"]) == (200, None)


def test_toggling_makes_inactive_and_active_again(api: Caller) -> None:
    user = make_external_user(api.project, "sales")
    off = api.put(f"external-users/{user.pk}/toggle-active").json()
    assert off["data"]["isActive"] is False
    assert [each["name"] for each in api.get("external-users?isActive=False").json()["data"]] == ["sales"]
    problem_of(api.as_user("sales").get("connected_accounts"), 403)
    problem_of(
        api.post(
            "connected_accounts/link", {"authConfigId": make_auth_config(api.project).pk, "eUID": user.pk}
        ),
        403,
    )
    assert api.put(f"external-users/{user.pk}/toggle-active").json()["data"]["isActive"] is True
    assert api.as_user("sales").get("connected_accounts").status_code == 200


def test_the_default_user_cannot_be_made_inactive(api: Caller) -> None:
    problem_of(api.put(f"external-users/{default_user(api.project).pk}/toggle-active"), 409)


def test_x_username_confines_to_that_user(api: Caller) -> None:
    other = make_external_user(api.project, "support")
    sales = api.as_user("sales")
    assert [each["name"] for each in sales.get("external-users").json()["data"]] == ["sales"]
    assert sales.get("external-users/username/support").json()["data"] is None
    problem_of(sales.put(f"external-users/{other.pk}/toggle-active"), 404)
    problem_of(sales.post("external-users", {"name": "third"}), 400, "name")


def test_unknown_parameters_and_endpoints_are_refused(api: Caller) -> None:
    problem_of(api.get("external-users?name=sales"), 400, "name")
    problem_of(api.get("external-users?sortBy=id"), 400, "sortBy")
    problem_of(api.post("external-users/eu_1/refresh-avatar"), 404)
