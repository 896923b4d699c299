"""A project's own tools: made, changed, switched, deleted, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest

from authconfigs.actions import create_tool as creating
from authconfigs.models import ProjectTool
from flowra.models import Event
from tests.authconfigs.own_tool import made_tool, own_tool
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_auth_config, make_toolkit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def caller() -> Caller:
    return make_caller()


class TestCreate:
    def test_it_is_shown_whole_and_is_on_the_trail(self, caller: Caller) -> None:
        answer = caller.post("tools", own_tool())
        assert answer.status_code == 201
        told = answer.json()["data"]
        given = own_tool()
        for name in ("slug", "name", "description", "tags", "scopes"):
            assert told[name] == given[name]
        assert told["inputSchema"] == {
            "type": "object",
            "additionalProperties": False,
            **given["inputSchema"],
        }
        assert told["request"] == {"query": {}, "headers": {}, "form": {}, **given["request"]}
        assert told["answer"] == {"refused": [], **given["answer"]}
        assert (told["isGlobal"], told["isActive"], told["important"]) == (False, True, False)
        assert told["createdAt"].endswith("Z")
        assert caller.get(f"tools/byId/{told['id']}").json()["data"] == told
        event = Event.objects.get()
        assert (event.type, event.subject_id) == ("tool.created", told["id"])

    def test_a_slug_is_in_capitals_and_once_a_project(self, caller: Caller) -> None:
        made_tool(make_caller())
        assert made_tool(caller, slug="slack_pin_message")["slug"] == "SLACK_PIN_MESSAGE"
        told = problem_of(caller.post("tools", own_tool()), 409, "slug")
        assert told["code"] == "slug_taken"
        told = problem_of(caller.post("tools", own_tool(slug="slack_send_message")), 409, "slug")
        assert told["code"] == "slug_taken"
        assert ProjectTool.objects.filter(project=caller.project).count() == 1

    def test_it_may_be_for_a_toolkit_of_the_project_s_own(self, caller: Caller) -> None:
        make_toolkit(caller.project, "acme-desk")
        request = {"method": "GET", "url": "https://acme-desk.example/tickets"}
        body = own_tool(slug="DESK_LIST", toolkitSlug="acme-desk", inputSchema={}, request=request)
        assert caller.post("tools", body).json()["data"]["toolkit"]["name"] == "Acme Desk"
        problem_of(make_caller().post("tools", body), 400, "toolkitSlug")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"slug": None}, "slug"),
            ({"slug": "NOT A SLUG"}, "slug"),
            ({"slug": "1ST"}, "slug"),
            ({"slug": "X" * 101}, "slug"),
            ({"slug": "SLACK__X"}, "slug"),
            ({"slug": "SLACK_ÜBER"}, "slug"),
            ({"name": " "}, "name"),
            ({"name": "two\nlines"}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"toolkitSlug": "nothing"}, "toolkitSlug"),
            ({"toolkitSlug": "Slack!"}, "toolkitSlug"),
            ({"tags": "write"}, "tags"),
            ({"tags": [5]}, "tags.0"),
            ({"tags": ["x"] * 21}, "tags"),
            ({"important": "perhaps"}, "important"),
            ({"scopes": [["a"]]}, "scopes.0"),
            ({"description": "x" * 5001}, "description"),
            ({"answer": []}, "answer"),
            ({"answer": {"okField": 5}}, "answer.okField"),
            ({"answer": {"ok": "ok"}}, "answer.ok"),
            ({"answer": {"error": ["x"] * 11}}, "answer.error"),
            ({"id": "to_mine"}, "id"),
            ({"isGlobal": True}, "isGlobal"),
            ({"inputschema": {}}, "inputschema"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_stored(
        self, caller: Caller, change: dict[str, Any], field: str
    ) -> None:
        problem_of(caller.post("tools", own_tool(**change)), 400, field)
        assert not ProjectTool.objects.exists()

    def test_so_many_and_no_more(self, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(creating, "MAX_TOOLS", 1)
        made_tool(caller)
        told = problem_of(caller.post("tools", own_tool(slug="SLACK_ANOTHER")), 409)
        assert (told["code"], "at most 1" in told["message"]) == ("too_many", True)
        made_tool(make_caller())


class TestChange:
    def test_what_is_sent_changes_and_nothing_else(self, caller: Caller) -> None:
        own = made_tool(caller)
        told = caller.patch("tools/byId/slack_pin_message", {"name": "Pin", "tags": [], "important": True})
        assert told.json()["data"] == {
            **own,
            "name": "Pin",
            "tags": [],
            "important": True,
            "updatedAt": told.json()["data"]["updatedAt"],
        }
        assert caller.get(f"tools/byId/{own['id']}").json()["data"] == told.json()["data"]
        event = Event.objects.get(type="tool.updated")
        assert event.data == {"changed": ["important", "name", "tags"]}

    def test_schema_and_request_are_replaced_whole_and_fit_each_other(self, caller: Caller) -> None:
        path = f"tools/byId/{made_tool(caller)['id']}"
        schema = {"properties": {"channel": {"type": "string"}}}
        problem_of(caller.patch(path, {"inputSchema": schema}), 400, "request.json.timestamp")
        problem_of(caller.patch(path, {"request": {"url": "/x"}}), 400, "request.method")
        request = {"method": "POST", "url": "/pins.list", "form": {"channel": "{channel}"}}
        told = caller.patch(path, {"inputSchema": schema, "request": request}).json()["data"]
        assert (told["request"]["json"], told["request"]["form"]) == (None, {"channel": "{channel}"})
        assert "required" not in told["inputSchema"]

    def test_null_takes_away_what_may_be_missing(self, caller: Caller) -> None:
        path = f"tools/byId/{made_tool(caller)['id']}"
        told = caller.patch(path, {"answer": None, "description": None}).json()["data"]
        assert (told["answer"]["okField"], told["description"]) == (None, "")
        problem_of(caller.patch(path, {"name": None}), 400, "name")

    def test_slug_and_toolkit_stay(self, caller: Caller) -> None:
        path = f"tools/byId/{made_tool(caller)['id']}"
        problem_of(caller.patch(path, {"slug": "SLACK_OTHER"}), 400, "slug")
        problem_of(caller.patch(path, {"toolkitSlug": "github"}), 400, "toolkitSlug")
        same = {"slug": "slack_pin_message", "toolkitSlug": "slack", "name": "Same"}
        assert caller.patch(path, same).json()["data"]["slug"] == "SLACK_PIN_MESSAGE"

    def test_the_switch_is_set_or_turned_round(self, caller: Caller) -> None:
        path = f"tools/byId/{made_tool(caller)['id']}/status"
        for body, expected in (
            (None, False),
            (None, True),
            ({"isActive": True}, True),
            ({"isActive": False}, False),
            ({}, True),
        ):
            answer = caller.patch(path, body)
            assert answer.json()["data"]["isActive"] is expected, answer.content
        assert Event.objects.filter(type="tool.updated").count() == 4
        problem_of(caller.patch(path, {"active": True}), 400, "active")
        caller.patch(path)
        assert [each["slug"] for each in caller.get("tools?isActive=false").json()["data"]] == [
            "SLACK_PIN_MESSAGE"
        ]

    def test_it_is_deleted_and_its_slug_is_free(self, caller: Caller) -> None:
        own = made_tool(caller)
        answer = caller.delete(f"tools/byId/{own['slug'].lower()}")
        assert (answer.status_code, answer.json()["success"]) == (200, True)
        problem_of(caller.delete(f"tools/byId/{own['id']}"), 404)
        problem_of(caller.get(f"tools/byId/{own['id']}"), 404)
        assert made_tool(caller)["id"] != own["id"]

    def test_it_goes_with_its_toolkit(self, caller: Caller) -> None:
        toolkit = make_toolkit(caller.project, "acme-desk")
        request = {"method": "GET", "url": "/tickets"}
        made_tool(caller, slug="DESK_LIST", toolkitSlug="acme-desk", inputSchema={}, request=request)
        made_tool(caller)
        assert caller.delete(f"toolkits/byId/{toolkit.pk}").status_code == 200
        problem_of(caller.get("tools/byId/DESK_LIST"), 404)
        assert [each.slug for each in ProjectTool.objects.all()] == ["SLACK_PIN_MESSAGE"]
        assert Event.objects.filter(type="tool.deleted").count() == 1


class TestWhoMay:
    def test_the_catalogue_s_are_nobody_s_to_change(self, caller: Caller) -> None:
        for answer in (
            caller.patch("tools/byId/SLACK_SEND_MESSAGE", {"name": "Mine"}),
            caller.patch("tools/byId/slack_send_message/status"),
            caller.delete("tools/byId/SLACK_SEND_MESSAGE"),
        ):
            assert "make one of your own" in problem_of(answer, 403)["message"]

    def test_another_project_s_are_not_there(self, caller: Caller) -> None:
        own = made_tool(make_caller())
        for name in (own["id"], own["slug"]):
            for answer in (
                caller.patch(f"tools/byId/{name}", {"name": "Mine"}),
                caller.patch(f"tools/byId/{name}/status"),
                caller.delete(f"tools/byId/{name}"),
            ):
                assert problem_of(answer, 404)["code"] == "tool_not_found"
        stored = ProjectTool.objects.get()
        assert (stored.name, stored.is_active) == ("Pin a message", True)

    def test_changing_needs_a_key_that_may(self, caller: Caller) -> None:
        path = f"tools/byId/{made_tool(caller)['id']}"
        reading = make_caller(caller.project, scopes=["configs:read", "tools:execute"])
        for answer in (
            reading.post("tools", own_tool(slug="SLACK_ANOTHER")),
            reading.patch(path, {"name": "x"}),
            reading.patch(f"{path}/status"),
            reading.delete(path),
        ):
            assert "configs:write" in problem_of(answer, 403)["message"]
        assert reading.get(path).status_code == 200


class TestRestriction:
    """`restrictToFollowingTools` of an auth config."""

    def test_it_names_tools_of_the_toolkit_in_any_case(self, caller: Caller) -> None:
        made_tool(caller)
        auth_config = make_auth_config(caller.project, "slack")
        wanted = ["slack_pin_message", "SLACK_SEND_MESSAGE", "slack_send_message"]
        path = f"auth_configs/{auth_config.pk}"
        told = caller.patch(path, {"restrictToFollowingTools": wanted}).json()["data"]
        assert told["restrictToFollowingTools"] == ["SLACK_PIN_MESSAGE", "SLACK_SEND_MESSAGE"]
        told = caller.patch(path, {"restrictToFollowingTools": []}).json()["data"]
        assert told["restrictToFollowingTools"] == []

    @pytest.mark.parametrize(
        ("wanted", "hint"),
        [
            (["SLACK_SEND_MESAGE"], "SLACK_SEND_MESSAGE"),
            (["GITHUB_GET_FILE"], "toolkitSlug=slack"),
            (["SLACK_OF_OTHERS"], "toolkitSlug=slack"),
        ],
    )
    def test_what_is_no_tool_there_is_refused(self, caller: Caller, wanted: list[str], hint: str) -> None:
        made_tool(make_caller(), slug="SLACK_OF_OTHERS")
        auth_config = make_auth_config(caller.project, "slack")
        answer = caller.patch(f"auth_configs/{auth_config.pk}", {"restrictToFollowingTools": wanted})
        told = problem_of(answer, 400, "restrictToFollowingTools")
        assert hint in told["message"]
        body = {
            "toolkit": {"slug": "slack"},
            "authConfig": {
                "authScheme": "OAUTH2",
                "credentials": {"client_id": "a", "client_secret": "b"},
                "restrictToFollowingTools": wanted,
            },
        }
        problem_of(caller.post("auth_configs", body), 400, "authConfig.restrictToFollowingTools")

    def test_one_that_was_deleted_meanwhile_stays_and_allows_nothing(self, caller: Caller) -> None:
        own = made_tool(caller)
        auth_config = make_auth_config(
            caller.project, "slack", restrict_to_following_tools=["SLACK_PIN_MESSAGE"]
        )
        caller.delete(f"tools/byId/{own['id']}")
        path = f"auth_configs/{auth_config.pk}"
        shown = caller.get(path).json()["data"]["restrictToFollowingTools"]
        assert shown == ["SLACK_PIN_MESSAGE"]
        assert caller.get(f"tools?authConfigIds={auth_config.pk}").json()["data"] == []
        assert caller.patch(path, {"restrictToFollowingTools": shown}).status_code == 200
