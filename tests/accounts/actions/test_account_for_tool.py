"""Which account a tool is executed through where none is named: one's own before a shared one, and never a guess."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ConnectedAccount, Status, ToolExecution
from authconfigs.models import AuthConfig
from tests.accounts.tool_desk import ToolDesk
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_external_user

pytestmark = pytest.mark.both_databases
SEND = "tools/execute/SLACK_SEND_MESSAGE"
BODY = {"arguments": {"channel": "#general", "text": "Hello"}}


def share(tools: ToolDesk, account: ConnectedAccount, wanted: Any) -> None:
    answer = make_caller(tools.project).patch(f"connected_accounts/{account.pk}", {"sharedWith": wanted})
    assert answer.status_code == 200, answer.content


def expire(account: ConnectedAccount) -> None:
    ConnectedAccount.objects.filter(pk=account.pk).update(
        status=Status.EXPIRED, status_reason="grant_revoked"
    )


def used(answer: Any) -> str:
    assert answer.json()["successful"] is True, answer.content
    return ToolExecution.objects.get(pk=answer.json()["logId"]).account_id


def refused(caller: Caller, code: str = "no_connected_account") -> dict[str, Any]:
    told = problem_of(caller.post(SEND, BODY), 409)
    assert told["code"] == code
    return told


class TestShared:
    @pytest.mark.parametrize("wanted", ["project", ["customer_44"]])
    def test_who_has_none_of_their_own_uses_what_is_shared_with_them(
        self, tools: ToolDesk, wanted: Any
    ) -> None:
        account = tools.connected("slack", "chat:write")
        other = tools.api.as_user("customer_44")
        refused(other)
        share(tools, account, wanted)
        assert used(other.post(SEND, BODY)) == account.pk
        assert ToolExecution.objects.get().external_user.name == "customer_44"
        assert used(other.post(SEND, {**BODY, "connectedAccountId": account.pk})) == account.pk

    def test_one_s_own_comes_first(self, tools: ToolDesk) -> None:
        shared = tools.connected("slack", "chat:write", person="ops@example.com", user="customer_44")
        share(tools, shared, "project")
        own = tools.connected("slack", "chat:write")
        assert used(tools.api.post(SEND, BODY)) == own.pk

    def test_one_s_own_that_needs_its_person_is_not_replaced_by_another_s(self, tools: ToolDesk) -> None:
        shared = tools.connected("slack", "chat:write", person="ops@example.com", user="customer_44")
        share(tools, shared, "project")
        own = tools.connected("slack", "chat:write")
        expire(own)
        told = refused(tools.api)
        assert [(each["id"], each["code"]) for each in told["connectedAccounts"]] == [
            (own.pk, "account_expired")
        ]
        assert tools.calls() == []
        assert used(tools.api.post(SEND, {**BODY, "connectedAccountId": shared.pk})) == shared.pk

    def test_of_several_that_are_shared_none_is_guessed(self, tools: ToolDesk) -> None:
        both = [
            tools.connected("slack", "chat:write", user="customer_44"),
            tools.connected("slack", "chat:write", user="customer_45", person="ops@example.com"),
        ]
        for each in both:
            share(tools, each, "project")
        told = refused(tools.api, "several_connected_accounts")
        assert {each["id"] for each in told["connectedAccounts"]} == {each.pk for each in both}

    def test_one_that_never_was_connected_stands_in_nobody_s_way(self, tools: ToolDesk) -> None:
        shared = tools.connected("slack", "chat:write", user="customer_44")
        share(tools, shared, "project")
        begun = tools.api.post("connected_accounts/link", {"authConfigId": shared.auth_config_id})
        assert begun.status_code == 201
        assert used(tools.api.post(SEND, BODY)) == shared.pk

    def test_a_shared_one_that_has_run_out_is_its_owner_s_to_connect(self, tools: ToolDesk) -> None:
        shared = tools.connected("slack", "chat:write", user="customer_44")
        share(tools, shared, "project")
        expire(shared)
        told = refused(tools.api)
        [listed] = told["connectedAccounts"]
        assert (listed["id"], listed["code"], "reconnect" in listed) == (shared.pk, "account_expired", False)
        assert "reconnect" not in told


class TestNone:
    def test_nothing_is_there(self, tools: ToolDesk) -> None:
        told = refused(tools.api)
        assert told["connectedAccounts"] == []
        assert "connected_accounts/link" in told["message"]
        assert "customer_42" in told["message"]

    def test_what_has_run_out_comes_with_the_call_that_connects_it_again(self, tools: ToolDesk) -> None:
        account = tools.connected("slack", "chat:write")
        expire(account)
        told = refused(tools.api)
        [listed] = told["connectedAccounts"]
        assert listed["status"] == "EXPIRED"
        assert listed["label"]
        assert listed["reconnect"] == told["reconnect"]
        assert "run out" in told["message"]
        call = told["reconnect"]
        answer = tools.api.call(call["method"], call["path"].removeprefix("/api/v1/"), call["body"])
        assert answer.status_code == 201
        assert answer.json()["connectedAccountId"] == account.pk

    def test_what_is_switched_off_is_said_to_be(self, tools: ToolDesk) -> None:
        account = tools.connected("slack", "chat:write")
        path = f"connected_accounts/{account.pk}"
        assert tools.api.patch(path, {"isDisabled": True}).status_code == 200
        told = refused(tools.api)
        assert [each["code"] for each in told["connectedAccounts"]] == ["account_disabled"]
        named = tools.api.post(SEND, {**BODY, "connectedAccountId": account.pk})
        assert problem_of(named, 409)["code"] == "account_disabled"
        tools.api.patch(path, {"isDisabled": False})
        assert used(tools.api.post(SEND, BODY)) == account.pk

    def test_a_switched_off_auth_config_stops_its_accounts(self, tools: ToolDesk) -> None:
        account = tools.connected("slack", "chat:write")
        AuthConfig.objects.filter(pk=account.auth_config_id).update(is_disabled=True)
        told = refused(tools.api)
        assert [each["code"] for each in told["connectedAccounts"]] == ["auth_config_disabled"]
        named = tools.api.post(SEND, {**BODY, "connectedAccountId": account.pk})
        assert problem_of(named, 409)["code"] == "auth_config_disabled"
        assert tools.calls() == []

    def test_what_its_auth_config_does_not_allow_is_listed_as_such(self, tools: ToolDesk) -> None:
        tools.connected("slack", "chat:write", restrict_to_following_tools=["SLACK_LIST_CHANNELS"])
        told = refused(tools.api)
        assert [each["code"] for each in told["connectedAccounts"]] == ["tool_not_allowed"]

    def test_a_deleted_one_is_gone(self, tools: ToolDesk) -> None:
        account = tools.connected("slack", "chat:write")
        assert tools.api.delete(f"connected_accounts/{account.pk}").status_code == 200
        assert refused(tools.api)["connectedAccounts"] == []
        named = tools.api.post(SEND, {**BODY, "connectedAccountId": account.pk})
        assert problem_of(named, 404)["code"] == "account_not_found"

    def test_nobody_else_s_is_listed(self, tools: ToolDesk) -> None:
        expire(tools.connected("slack", "chat:write"))
        assert refused(tools.api.as_user("customer_44"))["connectedAccounts"] == []


def test_an_inactive_user_executes_nothing(tools: ToolDesk) -> None:
    account = tools.connected("slack", "chat:write")
    user = make_external_user(tools.project)
    tools.api.put(f"external-users/{user.pk}/toggle-active")
    for body in (BODY, {**BODY, "connectedAccountId": account.pk}):
        assert problem_of(tools.api.post(SEND, body), 403)["code"] == "user_inactive"
    assert tools.calls() == []
