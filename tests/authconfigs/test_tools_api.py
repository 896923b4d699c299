"""`tools` and `toolkits/with-tools`: what can be done, found by each of its filters."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from authconfigs.catalogue.load_tools import all_tools
from tests.authconfigs.own_tool import made_tool
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_auth_config, make_toolkit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ALL = sorted(slug for tools in all_tools().values() for slug in tools)
SLACK = [slug for slug in ALL if slug.startswith("SLACK_")]


@pytest.fixture
def caller() -> Caller:
    return make_caller()


def slugs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["slug"] for each in answer.json()["data"]]


class TestList:
    def test_it_has_the_catalogue_s_and_the_project_s_own_and_nobody_elses(self, caller: Caller) -> None:
        made_tool(caller)
        made_tool(make_caller(), slug="SLACK_OF_OTHERS")
        assert slugs(caller.get("tools?limit=100")) == sorted([*ALL, "SLACK_PIN_MESSAGE"])

    def test_an_entry_says_what_it_takes_and_what_it_sends(self, caller: Caller) -> None:
        [sending] = caller.get("tools?toolSlugs=slack_send_message").json()["data"]
        assert (sending["id"], sending["isGlobal"], sending["isActive"]) == ("SLACK_SEND_MESSAGE", True, True)
        assert sending["toolkit"]["name"] == "Slack"
        assert sending["toolkit"]["logo"].startswith("http")
        assert sending["inputSchema"]["required"] == ["channel", "text"]
        assert sending["inputSchema"]["properties"]["text"]["maxLength"] == 40_000
        assert (sending["request"]["method"], sending["request"]["url"]) == ("POST", "/chat.postMessage")
        assert (sending["scopes"], sending["createdAt"]) == (["chat:write"], None)

    def test_every_input_schema_is_one_that_a_client_can_use(self, caller: Caller) -> None:
        for each in caller.get("tools?limit=100").json()["data"]:
            Draft202012Validator.check_schema(each["inputSchema"])
            assert each["inputSchema"]["additionalProperties"] is False
            described = each["inputSchema"]["properties"].values()
            assert all(argument["description"] for argument in described), each["slug"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("toolkitSlug=slack", SLACK),
            ("toolkitSlug=slack,notion&q=search", ["NOTION_SEARCH"]),
            ("toolkitSlug=slack&toolkitSlug=notion&q=search", ["NOTION_SEARCH"]),
            ("toolkitSlug=nothing", []),
            ("q=SEND a", ["GMAIL_CREATE_DRAFT", "GMAIL_SEND_EMAIL", "SLACK_SEND_MESSAGE"]),
            ("q=slack%20send", ["SLACK_SEND_MESSAGE"]),
            ("q=busy times", ["GOOGLE_CALENDAR_FIND_BUSY_TIMES"]),
            ("q=nothing-of-the-kind", []),
            ("toolSlugs=notion_search,SLACK_SEND_MESSAGE", ["NOTION_SEARCH", "SLACK_SEND_MESSAGE"]),
            ("toolSlugs=nothing", []),
            ("tags=code,people", ["GITHUB_GET_FILE", "SLACK_FIND_USER_BY_EMAIL"]),
            ("tags=CODE", ["GITHUB_GET_FILE"]),
            ("toolkitSlug=slack&important=True", ["SLACK_LIST_CHANNELS", "SLACK_SEND_MESSAGE"]),
            ("toolkitSlug=slack&important=0", ["SLACK_FIND_USER_BY_EMAIL", "SLACK_READ_CHANNEL"]),
            ("isActive=false", []),
            ("toolkitSlug=slack&isActive=true", SLACK),
            ("toolkitSlug=slack&sortOrder=desc", SLACK[::-1]),
            (
                "toolkitSlug=slack&sortBy=important&sortOrder=desc&limit=2",
                ["SLACK_LIST_CHANNELS", "SLACK_SEND_MESSAGE"],
            ),
            ("sortBy=toolkitSlug&limit=1", ["GITHUB_COMMENT_ON_ISSUE"]),
            ("toolkitSlug=slack&sortBy=name&limit=1", ["SLACK_FIND_USER_BY_EMAIL"]),
        ],
    )
    def test_each_filter_finds_what_it_says(self, caller: Caller, query: str, expected: list[str]) -> None:
        assert slugs(caller.get(f"tools?{query}")) == expected

    def test_it_comes_in_pages(self, caller: Caller) -> None:
        first = caller.get("tools?limit=7").json()
        assert (first["total"], first["page"], first["totalPages"]) == (len(ALL), 1, 3)
        assert (first["hasNextPage"], first["hasPreviousPage"]) == (True, False)
        pages = [slugs(caller.get(f"tools?limit=7&page={page}")) for page in (1, 2, 3, 4)]
        assert [slug for page in pages for slug in page] == ALL
        assert slugs(caller.get("tools?limit=2&offset=3")) == ALL[3:5]

    def test_only_the_fields_that_are_asked_for_come(self, caller: Caller) -> None:
        [entry] = caller.get("tools?toolSlugs=NOTION_SEARCH&fields=slug,scopes").json()["data"]
        assert entry == {"slug": "NOTION_SEARCH", "scopes": []}
        problem_of(caller.get("tools?fields=slugs"), 400, "fields")

    @pytest.mark.parametrize(
        ("query", "field", "hint"),
        [
            ("toolkitSlugs=slack", "toolkitSlugs", "toolkitSlug"),
            ("toolSlug=x", "toolSlug", "toolSlugs"),
            ("importnt=true", "importnt", "important"),
            ("important=perhaps", "important", "true or false"),
            ("toolkitSlug=", "toolkitSlug", "empty"),
            ("limit=101", "limit", "100"),
            ("page=0", "page", "whole number"),
            ("sortBy=id", "sortBy", "slug"),
        ],
    )
    def test_a_mistyped_filter_never_widens_a_result(
        self, caller: Caller, query: str, field: str, hint: str
    ) -> None:
        told = problem_of(caller.get(f"tools?{query}"), 400, field)
        assert hint in told["errors"][0]["message"]

    def test_what_auth_configs_allow(self, caller: Caller) -> None:
        free = make_auth_config(caller.project, "slack")
        strict = make_auth_config(
            caller.project, "notion", restrict_to_following_tools=["NOTION_SEARCH", "NOTION_GONE"]
        )
        off = make_auth_config(caller.project, "github", is_disabled=True)
        others = make_auth_config(make_caller().project, "gmail")
        ids = ",".join(each.pk for each in (free, strict, off, others))
        assert slugs(caller.get(f"tools?authConfigIds={ids}")) == ["NOTION_SEARCH", *SLACK]
        assert slugs(caller.get(f"tools?authConfigIds={strict.pk}&toolkitSlug=slack")) == []
        assert slugs(caller.get(f"tools?authConfigIds={off.pk}")) == []
        assert slugs(caller.get("tools?authConfigIds=ac_unknown")) == []

    def test_it_needs_a_key_that_may_read_configs(self, caller: Caller) -> None:
        problem_of(Client().get("/api/v1/tools"), 401)
        told = problem_of(make_caller(scopes=["tools:execute"]).get("tools"), 403)
        assert "configs:read" in told["message"]


class TestOne:
    @pytest.mark.parametrize("slug", ["SLACK_SEND_MESSAGE", "slack_send_message", "Slack_Send_Message"])
    def test_it_is_found_by_slug_in_any_case(self, caller: Caller, slug: str) -> None:
        told = caller.get(f"tools/byId/{slug}").json()["data"]
        assert (told["slug"], told["name"]) == ("SLACK_SEND_MESSAGE", "Send a message")

    def test_a_project_s_own_is_found_by_id_too(self, caller: Caller) -> None:
        own = made_tool(caller)
        assert own["id"] != own["slug"]
        for name in (own["id"], "SLACK_PIN_MESSAGE", "slack_pin_message"):
            assert caller.get(f"tools/byId/{name}").json()["data"] == own
        for name in (own["id"], own["slug"]):
            problem_of(make_caller().get(f"tools/byId/{name}"), 404)

    def test_one_that_is_not_there_comes_with_the_near_match(self, caller: Caller) -> None:
        told = problem_of(caller.get("tools/byId/SLACK_SEND_MESAGE"), 404)
        assert told["code"] == "tool_not_found"
        assert "SLACK_SEND_MESSAGE" in told["message"]
        assert "SLACK" not in problem_of(caller.get("tools/byId/something-else"), 404)["message"]

    def test_somebody_else_s_slug_is_no_hint(self, caller: Caller) -> None:
        made_tool(make_caller(), slug="ZEBRA_STRIPES", toolkitSlug="slack")
        assert "ZEBRA" not in problem_of(caller.get("tools/byId/ZEBRA_STRIPE"), 404)["message"]


class TestWithTools:
    def test_each_toolkit_has_its_tools_and_all_are_counted(self, caller: Caller) -> None:
        made_tool(caller)
        told = caller.get("toolkits/with-tools?slugs=slack,notion,zendesk").json()
        found = {each["slug"]: [tool["slug"] for tool in each["tools"]] for each in told["data"]}
        assert found == {
            "slack": sorted([*SLACK, "SLACK_PIN_MESSAGE"]),
            "notion": [slug for slug in ALL if slug.startswith("NOTION_")],
            "zendesk": [],
        }
        assert (told["total"], told["totalTools"]) == (3, 9)

    def test_the_count_is_of_every_page(self, caller: Caller) -> None:
        for page in (1, 2):
            told = caller.get(f"toolkits/with-tools?slugs=slack,notion&limit=1&page={page}").json()
            assert (told["totalTools"], told["total"], len(told["data"])) == (8, 2, 1)
        whole = caller.get("toolkits/with-tools").json()
        assert whole["totalTools"] == len(ALL)

    def test_it_takes_what_toolkits_takes(self, caller: Caller) -> None:
        make_toolkit(caller.project, "acme-desk")
        told = caller.get("toolkits/with-tools?scope=mine&fields=slug,tools").json()
        assert (told["data"], told["totalTools"]) == ([{"slug": "acme-desk", "tools": []}], 0)
        problem_of(caller.get("toolkits/with-tools?slug=slack"), 400, "slug")
        problem_of(caller.get("toolkits/with-tools?fields=tool"), 400, "fields")

    def test_tools_need_a_key(self) -> None:
        problem_of(Client().get("/api/v1/toolkits/with-tools"), 401)
