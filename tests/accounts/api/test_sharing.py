"""An account that others may use: as their own, and never to change or revoke."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ConnectedAccount
from flowra.models.api_key import DEFAULT_SCOPES
from tests.accounts.acme import Acme
from tests.accounts.later import connected
from tests.caller import Caller, make_caller, problem_of


@pytest.fixture
def project(acme: Acme) -> Caller:
    return make_caller(acme.project, scopes=[*DEFAULT_SCOPES, "credentials:read", "credentials:export"])


@pytest.fixture
def account(acme: Acme) -> ConnectedAccount:
    return connected(acme)


def share(project: Caller, account: ConnectedAccount, wanted: Any) -> Any:
    return project.patch(f"connected_accounts/{account.pk}", {"sharedWith": wanted})


@pytest.mark.both_databases
class TestSharedWith:
    @pytest.mark.parametrize("wanted", ["project", ["customer_43"], ["customer_44", "customer_43"]])
    def test_those_it_is_shared_with_see_and_use_it(
        self, project: Caller, account: ConnectedAccount, wanted: Any
    ) -> None:
        assert share(project, account, wanted).json()["sharedWith"] == wanted
        other = project.as_user("customer_43")
        path = f"connected_accounts/{account.pk}"
        assert other.get(path).json()["externalUser"]["name"] == "customer_42"
        assert [each["id"] for each in other.get("connected_accounts").json()["items"]] == [account.pk]
        assert other.get("connected_accounts").json()["totalItems"] == 1
        assert other.get("connected_accounts/grouped-by-toolkit").json()["totalConnections"] == 1
        assert other.get(f"{path}/credentials").status_code == 200
        assert other.get(f"{path}/events").status_code == 200
        assert other.post(f"{path}/refresh").status_code == 200

    def test_nobody_else_does(self, project: Caller, account: ConnectedAccount) -> None:
        share(project, account, ["customer_43"])
        other = project.as_user("customer_99")
        problem_of(other.get(f"connected_accounts/{account.pk}"), 404)
        problem_of(other.get(f"connected_accounts/{account.pk}/credentials"), 404)
        assert other.get("connected_accounts").json()["items"] == []

    def test_they_neither_change_nor_revoke_nor_take_it_away(
        self, project: Caller, account: ConnectedAccount
    ) -> None:
        share(project, account, "project")
        other, path = project.as_user("customer_43"), f"connected_accounts/{account.pk}"
        for answer in (
            other.delete(path),
            other.patch(path, {"displayName": "mine"}),
            other.get(f"{path}/export"),
        ):
            assert problem_of(answer, 403)["code"] == "not_the_owner"
        problem_of(
            other.post(
                "connected_accounts/link",
                {"authConfigId": account.auth_config_id, "connectedAccountId": account.pk},
            ),
            404,
        )
        assert project.as_user("customer_42").delete(path).status_code == 200

    def test_it_can_be_taken_back(self, project: Caller, account: ConnectedAccount) -> None:
        share(project, account, ["customer_43"])
        assert share(project, account, None).json()["sharedWith"] is None
        problem_of(project.as_user("customer_43").get(f"connected_accounts/{account.pk}"), 404)

    def test_is_over_with_the_account(self, project: Caller, account: ConnectedAccount) -> None:
        share(project, account, "project")
        project.delete(f"connected_accounts/{account.pk}")
        problem_of(project.as_user("customer_43").get(f"connected_accounts/{account.pk}"), 404)

    def test_another_project_s_users_have_nothing_of_it(
        self, project: Caller, account: ConnectedAccount
    ) -> None:
        share(project, account, "project")
        stranger = make_caller().as_user("customer_43")
        problem_of(stranger.get(f"connected_accounts/{account.pk}"), 404)
        assert stranger.get("connected_accounts").json()["items"] == []


@pytest.mark.parametrize(
    "wanted",
    ["everybody", 5, {"user": "x"}, [5], ["a b"], [["customer_43"]], ["x"] * 101, True, ["eu_" + "0" * 26]],
)
def test_what_makes_no_sense_is_refused(project: Caller, account: ConnectedAccount, wanted: Any) -> None:
    problem_of(share(project, account, wanted), 400, "sharedWith")
    assert project.get(f"connected_accounts/{account.pk}").json()["sharedWith"] is None


def test_it_is_on_the_trail(project: Caller, account: ConnectedAccount) -> None:
    share(project, account, ["customer_43"])
    share(project, account, ["customer_43"])
    events = project.get(f"connected_accounts/{account.pk}/events").json()["items"]
    changes = [each["data"] for each in events if each["type"] == "account.updated"]
    assert changes == [{"sharedWith": ["customer_43"]}]
