"""A project's own tool, executed: its request goes where its definition says, and nowhere else."""

from __future__ import annotations

from typing import Any

from authconfigs.models import AuthConfig
from tests.accounts.tool_desk import ToolDesk
from tests.caller import make_caller, problem_of
from tests.factories import make_account, make_external_user, make_toolkit
from tests.provider.shapes.practice import API_KEY


def fields(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return [each["field"] for each in answer.json()["errors"]]


def own(tools: ToolDesk, **changes: Any) -> dict[str, Any]:
    whole = {
        "slug": "SLACK_CLOSE_CHANNEL",
        "name": "Close",
        "toolkitSlug": "slack",
        "inputSchema": {"properties": {"channel": {"type": "string"}}, "required": ["channel"]},
        "request": {"method": "POST", "url": "/auth.test", "form": {"channel": "{channel}"}},
        "answer": {"okField": "ok", "error": ["error"]},
        **changes,
    }
    answer = tools.api.post("tools", whole)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()["data"]
    return made


def test_a_project_s_own_tool_is_executed_like_any(tools: ToolDesk) -> None:
    tools.connected("slack")
    own(tools)
    assert tools.execute("slack_close_channel", {"channel": "C1"}).json()["successful"] is True
    [call] = tools.calls()
    assert (call.path, call.request.form) == ("/slack.com/api/auth.test", {"channel": "C1"})


def test_one_that_is_switched_off_is_not(tools: ToolDesk) -> None:
    tools.connected("slack")
    tools.api.patch(f"tools/byId/{own(tools)['id']}/status")
    told = problem_of(tools.execute("SLACK_CLOSE_CHANNEL", {"channel": "C1"}), 409)
    assert told["code"] == "tool_disabled"


def test_another_project_has_it_not(tools: ToolDesk) -> None:
    own(tools)
    answer = make_caller().post("tools/execute/SLACK_CLOSE_CHANNEL", {"arguments": {"channel": "C1"}})
    assert problem_of(answer, 404)["code"] == "tool_not_found"


def test_headers_and_nested_values_go_where_they_belong(tools: ToolDesk) -> None:
    tools.connected("slack")
    properties = {"note": {"type": "string"}, "many": {"type": "array"}, "deep": {"type": "object"}}
    own(
        tools,
        inputSchema={"properties": properties},
        request={
            "method": "POST",
            "url": "/auth.test",
            "headers": {"X-Note": "n={note}"},
            "query": {"many": "{many}"},
            "json": {"a": {"b": ["{deep}", "x-{note}"]}, "fixed": 1},
        },
    )
    tools.execute("SLACK_CLOSE_CHANNEL", {"note": "1", "many": [1, True, "x"], "deep": {"k": None}})
    tools.execute("SLACK_CLOSE_CHANNEL", {})
    full, empty = tools.calls()
    assert full.request.headers["X-Note"] == "n=1"
    assert full.request.query_lists == {"many": ["1", "true", "x"]}
    assert full.request.json == {"a": {"b": [{"k": None}, "x-1"]}, "fixed": 1}
    assert (empty.request.headers.get("X-Note"), empty.request.query_lists, empty.request.json) == (
        None,
        {},
        {"fixed": 1},
    )
    refused = tools.execute("SLACK_CLOSE_CHANNEL", {"note": "1\r\nX-Evil: 1"})
    assert fields(refused) == ["arguments.note"]


def test_a_tool_whose_toolkit_moved_away_sends_nothing_elsewhere(tools: ToolDesk) -> None:
    """Its URL was on the toolkit's origin when it was made."""
    toolkit = make_toolkit(tools.project, baseUrl=f"{tools.provider.origin}/api")
    own(
        tools,
        slug="ACME_DESK_ME",
        toolkitSlug=toolkit.slug,
        inputSchema={},
        answer=None,
        request={"method": "GET", "url": f"{tools.provider.origin}/api/key-check"},
    )
    auth_config = AuthConfig.objects.create(
        project=tools.project, toolkit_slug=toolkit.slug, name="desk", auth_scheme="API_KEY"
    )
    account = make_account(auth_config, make_external_user(tools.project), secrets={"api_key": API_KEY})
    assert tools.execute("ACME_DESK_ME", connectedAccountId=account.pk).json()["successful"] is True
    tools.provider.calls.clear()
    toolkit.definition = {**toolkit.definition, "baseUrl": "https://elsewhere.example/api"}
    toolkit.save()
    told = problem_of(tools.execute("ACME_DESK_ME", connectedAccountId=account.pk), 409)
    assert told["code"] == "tool_unusable"
    assert tools.calls() == []
