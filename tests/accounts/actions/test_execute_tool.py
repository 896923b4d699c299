"""Executing a tool: what is refused before anything is sent, which account is used, and what the service's answers become."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ConnectedAccount, Status, ToolExecution
from authconfigs.models import AuthConfig
from tests.accounts.tool_desk import ToolDesk
from tests.caller import make_caller, problem_of

MESSAGE = {"channel": "#general", "text": "Hello"}
ISSUE = {"owner": "acme", "repo": "site", "title": "The door sticks"}


def fields(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


class TestArguments:
    def test_everything_that_is_wrong_is_told_and_nothing_is_sent(self, tools: ToolDesk) -> None:
        tools.connected("google-calendar")
        told = fields(
            tools.execute(
                "GOOGLE_CALENDAR_CREATE_EVENT",
                {
                    "sumary": "Lunch",
                    "start": 9,
                    "end": "noon",
                    "send_updates": "everybody",
                    "attendees": [{"email": "ada@example.com"}, {"optional": "yes"}, "bo"],
                },
            )
        )
        assert told == {
            "arguments.summary": "is needed",
            "arguments.sumary": 'is unknown. Did you mean "summary"?',
            "arguments.start": "must be a text",
            "arguments.end": "must have at least 16 characters",
            "arguments.send_updates": "must be one of all, externalOnly, none",
            "arguments.attendees.1.email": "is needed",
            "arguments.attendees.1.optional": "must be true or false",
            "arguments.attendees.2": "must be an object",
        }
        assert tools.calls() == []
        assert not ToolExecution.objects.exists()

    def test_they_may_be_left_out_where_none_is_needed(self, tools: ToolDesk) -> None:
        tools.connected("slack", "channels:read")
        assert tools.api.post("tools/execute/SLACK_LIST_CHANNELS", {}).json()["successful"] is True
        assert (
            tools.api.post("tools/execute/slack_list_channels", {"arguments": None}).json()["successful"]
            is True
        )

    @pytest.mark.parametrize("path", ["..", "a/../b", "a/..", "./a", "a//b", "/a", "..\\a", "a/%2e%2e/b"])
    def test_a_path_never_leads_out_of_its_place(self, tools: ToolDesk, path: str) -> None:
        tools.connected("github", "repo")
        answer = tools.execute("GITHUB_GET_FILE", {"owner": "acme", "repo": "site", "path": path})
        if "%" in path:
            [call] = tools.calls()
            assert "/contents/a/%252e%252e/b" in call.request.target
        else:
            assert list(fields(answer)) == ["arguments.path"]
            assert tools.calls() == []

    @pytest.mark.parametrize(
        ("owner", "sent"), [("a?b=c", "a%3Fb%3Dc"), ("a#b", "a%23b"), ("@evil.example", "%40evil.example")]
    )
    def test_a_segment_stays_one_segment(self, tools: ToolDesk, owner: str, sent: str) -> None:
        tools.connected("github", "repo")
        tools.execute("GITHUB_LIST_ISSUES", {"owner": owner, "repo": "site"})
        [call] = tools.calls()
        assert call.request.target == f"/api.github.com/repos/{sent}/site/issues"

    def test_a_tool_that_is_not_there_is_told_with_the_near_match(self, tools: ToolDesk) -> None:
        told = problem_of(tools.execute("SLACK_SEND_MESAGE", MESSAGE), 404)
        assert told["code"] == "tool_not_found"
        assert "SLACK_SEND_MESSAGE" in told["message"]


class TestChoosingTheAccount:
    def test_none_is_a_conflict_that_says_what_to_do(self, tools: ToolDesk) -> None:
        told = problem_of(tools.execute("SLACK_SEND_MESSAGE", MESSAGE), 409)
        assert told["code"] == "no_connected_account"
        assert "customer_42" in told["message"]

    @pytest.mark.parametrize("status", [Status.EXPIRED, Status.INACTIVE, Status.FAILED])
    def test_one_that_is_not_active_is_none(self, tools: ToolDesk, status: str) -> None:
        account = tools.connected("slack", "chat:write")
        ConnectedAccount.objects.filter(pk=account.pk).update(status=status)
        assert problem_of(tools.execute("SLACK_SEND_MESSAGE", MESSAGE), 409)["code"] == "no_connected_account"
        named = tools.execute("SLACK_SEND_MESSAGE", MESSAGE, connectedAccountId=account.pk)
        assert problem_of(named, 409)["code"].startswith("account_")
        assert tools.calls() == []

    def test_several_are_listed_and_one_can_be_named(self, tools: ToolDesk) -> None:
        first = tools.connected("slack", "chat:write")
        second = tools.connected("slack", "chat:write", person="ops@example.com")
        told = problem_of(tools.execute("SLACK_SEND_MESSAGE", MESSAGE), 409)
        assert told["code"] == "several_connected_accounts"
        assert [each["id"] for each in told["connectedAccounts"]] == [second.pk, first.pk]
        assert all(each["label"] for each in told["connectedAccounts"])
        assert tools.calls() == []
        assert (
            tools.execute("SLACK_SEND_MESSAGE", MESSAGE, connectedAccountId=first.pk).json()["successful"]
            is True
        )
        assert ToolExecution.objects.get().account_id == first.pk

    def test_without_a_user_it_is_the_project_s_default_user(self, tools: ToolDesk) -> None:
        theirs = tools.connected("slack", "chat:write")
        project = make_caller(tools.project)
        answer = project.post("tools/execute/SLACK_SEND_MESSAGE", {"arguments": MESSAGE})
        assert problem_of(answer, 409)["code"] == "no_connected_account"
        named = {"arguments": MESSAGE, "connectedAccountId": theirs.pk}
        assert project.post("tools/execute/SLACK_SEND_MESSAGE", named).json()["successful"] is True
        tools.connected("slack", "chat:write", user="project_default_user")
        assert (
            project.post("tools/execute/SLACK_SEND_MESSAGE", {"arguments": MESSAGE}).json()["successful"]
            is True
        )

    def test_another_user_s_and_another_project_s_are_not_there(self, tools: ToolDesk) -> None:
        account = tools.connected("slack", "chat:write")
        body = {"arguments": MESSAGE, "connectedAccountId": account.pk}
        for caller in (tools.api.as_user("customer_44"), make_caller()):
            told = problem_of(caller.post("tools/execute/SLACK_SEND_MESSAGE", body), 404)
            assert told["code"] == "account_not_found"
        assert tools.calls() == []

    def test_an_account_at_another_service_is_refused(self, tools: ToolDesk) -> None:
        account = tools.connected("github")
        answer = tools.execute("SLACK_SEND_MESSAGE", MESSAGE, connectedAccountId=account.pk)
        assert list(fields(answer)) == ["connectedAccountId"]

    def test_an_auth_config_that_names_other_tools_does_not_allow_it(self, tools: ToolDesk) -> None:
        allowing = ["SLACK_LIST_CHANNELS"]
        strict = tools.connected("slack", "chat:write", restrict_to_following_tools=allowing)
        assert problem_of(tools.execute("SLACK_SEND_MESSAGE", MESSAGE), 409)["code"] == "no_connected_account"
        named = tools.execute("SLACK_SEND_MESSAGE", MESSAGE, connectedAccountId=strict.pk)
        assert problem_of(named, 403)["code"] == "tool_not_allowed"
        assert tools.calls() == []
        free = tools.connected("slack", "chat:write", person="ops@example.com")
        assert tools.execute("SLACK_SEND_MESSAGE", MESSAGE).json()["successful"] is True
        assert ToolExecution.objects.get().account_id == free.pk

    def test_an_auth_config_that_is_switched_off_has_no_account_to_choose(self, tools: ToolDesk) -> None:
        account = tools.connected("slack", "chat:write")
        AuthConfig.objects.filter(pk=account.auth_config_id).update(is_disabled=True)
        assert problem_of(tools.execute("SLACK_SEND_MESSAGE", MESSAGE), 409)["code"] == "no_connected_account"

    def test_a_key_without_the_scope_may_not(self, tools: ToolDesk) -> None:
        reading = make_caller(tools.project, scopes=["configs:read", "configs:write"])
        answer = reading.post("tools/execute/SLACK_SEND_MESSAGE", {"arguments": MESSAGE})
        assert "tools:execute" in problem_of(answer, 403)["message"]


class TestWhatTheServiceSays:
    def test_a_no_with_status_200_is_no_success(self, tools: ToolDesk) -> None:
        tools.connected("slack", "chat:write")
        answer = tools.execute("SLACK_SEND_MESSAGE", {"channel": "nowhere", "text": "Hello"})
        told = answer.json()
        assert (answer.status_code, told["successful"]) == (200, False)
        assert told["error"] == "Slack answered with status 200, and that it did not work: channel_not_found"
        assert told["data"] == {"ok": False, "error": "channel_not_found"}

    def test_a_bad_status_comes_with_the_service_s_words_and_body(self, tools: ToolDesk) -> None:
        tools.connected("github", "repo")
        told = tools.execute("GITHUB_CREATE_ISSUE", {**ISSUE, "owner": "nobody"}).json()
        assert (told["successful"], told["error"]) == (False, "GitHub answered with status 404: Not Found")
        assert told["data"]["message"] == "Not Found"

    def test_a_refused_token_is_renewed_once_and_the_call_sent_again(self, tools: ToolDesk) -> None:
        tools.connected("gmail")
        tools.provider.fail("/gmail.googleapis.com/*", "status", status=401, times=1)
        assert tools.execute("GMAIL_SEARCH_EMAILS", {"q": "x"}).json()["successful"] is True
        sent = [call for call in tools.calls() if call.path.endswith("/messages")]
        assert [call.status for call in sent] == [401, 200]
        assert sent[0].request.query == sent[1].request.query
        assert ToolExecution.objects.get().status == 200

    def test_a_service_that_goes_on_refusing_is_asked_twice_and_no_more(self, tools: ToolDesk) -> None:
        tools.connected("gmail")
        tools.provider.fail("/gmail.googleapis.com/*", "status", status=401, times=None)
        answer = tools.execute("GMAIL_SEARCH_EMAILS", {"q": "x"})
        assert (answer.status_code, answer.json()["successful"]) == (200, False)
        assert len([call for call in tools.calls() if call.path.endswith("/messages")]) == 2
        assert ToolExecution.objects.get().successful is False

    def test_an_answer_that_is_no_json_is_handed_on_as_text(self, tools: ToolDesk) -> None:
        tools.connected("github", "repo")
        tools.provider.fail("/api.github.com/*", "body", words="<h1>Busy", status=503)
        told = tools.execute("GITHUB_LIST_ISSUES", {"owner": "acme", "repo": "site"}).json()
        assert (told["data"], told["error"]) == ("<h1>Busy", "GitHub answered with status 503.")

    @pytest.mark.parametrize(
        "body",
        [
            "[" * 900 + "]" * 900,
            "[" * 50_000 + '"]}\\""' + "]" * 50_000,
            '{"a":' * 9_000 + "1" + "}" * 9_000,
            "NaN",
            "[1e999]",
            '"\\ud800"',
            '{"\\u0000": 1}',
            "",
        ],
    )
    def test_no_answer_of_a_service_breaks_ours(self, tools: ToolDesk, body: str) -> None:
        tools.connected("github", "repo")
        tools.provider.fail(
            "/api.github.com/*", "body", words=body, status=200, content_type="application/json"
        )
        answer = tools.execute("GITHUB_LIST_ISSUES", {"owner": "acme", "repo": "site"})
        assert (answer.status_code, answer.json()["successful"]) == (200, True)

    @pytest.mark.parametrize(
        "body", ["[" * 50_000, "[" * 50_000 + "}" * 50_000, "1" * 5_000, "\x00", "<html>", '{"half": "of']
    )
    def test_nonsense_that_is_called_json_is_a_502_and_is_in_the_log(
        self, tools: ToolDesk, body: str
    ) -> None:
        tools.connected("github", "repo")
        tools.provider.fail(
            "/api.github.com/*", "body", words=body, status=200, content_type="application/json"
        )
        told = problem_of(tools.execute("GITHUB_CREATE_ISSUE", ISSUE), 502)
        assert told["code"] == "provider_answer_unusable"
        log = ToolExecution.objects.get()
        assert (log.successful, log.status, log.error) == (False, 200, told["message"])

    def test_a_large_answer_is_said_to_be_too_large(
        self, tools: ToolDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.actions.told_by_service.MAX_ANSWER", 10)
        tools.connected("github", "repo")
        told = tools.execute("GITHUB_LIST_ISSUES", {"owner": "acme", "repo": "site"}).json()
        assert (told["data"], told["successful"]) == (None, False)
        assert "more than 10 are not handed on" in told["error"]

    def test_a_service_out_of_reach_is_a_502_and_is_in_the_log(self, tools: ToolDesk) -> None:
        tools.connected("github", "repo")
        tools.provider.fail("/api.github.com/*", "reset")
        problem_of(tools.execute("GITHUB_CREATE_ISSUE", ISSUE), 502)
        log = ToolExecution.objects.get()
        assert (log.successful, log.status) == (False, None)
        assert log.error
