"""`GET auth_configs`: filters, pages, cursors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from authconfigs.models import AuthConfig
from tests.authconfigs.slack_app import created
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def caller() -> Caller:
    return make_caller()


class TestList:
    def test_it_has_the_projects_own_newest_first_and_hides_the_switched_off(self, caller: Caller) -> None:
        first, second = created(caller)["id"], created(caller)["id"]
        off = make_auth_config(caller.project, is_disabled=True)
        make_auth_config(make_caller().project)
        told = caller.get("auth_configs").json()
        assert [each["id"] for each in told["data"]] == [second, first]
        assert (told["total"], told["page"], told["totalPages"], told["nextCursor"]) == (2, 1, 1, None)
        assert {each["id"] for each in caller.get("auth_configs?showDisabled=True").json()["data"]} == {
            first,
            second,
            off.pk,
        }

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=BILLING", ["github"]),
            ("search=git", ["github"]),
            ("q=billing&search=slack", []),
            ("q=google calendar", ["google-calendar"]),
            ("toolkitSlug=slack", ["slack"]),
            ("toolkitSlug=slack,github", ["github", "slack"]),
            ("toolkitSlug=nothing", []),
            ("provider=slack", ["slack"]),
            ("provider=managed", ["google-calendar"]),
            ("provider=custom", ["github", "slack"]),
            ("q=100%25", []),
            ("q=_", []),
        ],
    )
    def test_each_filter_narrows(self, caller: Caller, query: str, expected: list[str]) -> None:
        make_auth_config(caller.project, "slack", name="slack-aaaaaa")
        make_auth_config(caller.project, "github", name="github-bbbbbb", display_name="For Billing")
        make_auth_config(
            caller.project, "google-calendar", name="google-calendar-cccccc", is_provider_managed=True
        )
        told = caller.get(f"auth_configs?{query}&sortBy=toolkitSlug&sortOrder=asc").json()
        assert [each["toolkit"]["slug"] for each in told["data"]] == expected

    def test_numbered_pages_and_cursors_walk_the_same_list(self, caller: Caller) -> None:
        made = [make_auth_config(caller.project) for _ in range(7)]
        same = timezone.now() - timedelta(days=1)
        AuthConfig.objects.filter(pk__in=[each.pk for each in made[:5]]).update(created_at=same)
        numbered = [
            each["id"]
            for page in (1, 2, 3)
            for each in caller.get(f"auth_configs?limit=3&page={page}").json()["data"]
        ]
        walked: list[str] = []
        cursor = ""
        while True:
            told = caller.get("auth_configs?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
            walked += [each["id"] for each in told["data"]]
            cursor = told["nextCursor"]
            if cursor is None:
                break
        assert sorted(walked) == sorted(each.pk for each in made)
        assert walked == numbered

    def test_a_cursor_of_another_query_is_refused(self, caller: Caller) -> None:
        for _ in range(3):
            make_auth_config(caller.project)
        cursor = caller.get("auth_configs?limit=1").json()["nextCursor"]
        assert caller.get(f"auth_configs?limit=1&cursor={cursor}").status_code == 200
        for query in (
            f"cursor={cursor}&q=git",
            "cursor=garbage",
            f"cursor={cursor}x",
            f"cursor={cursor}&page=2",
            f"cursor={cursor}&sortBy=name",
            f"cursor={cursor}&sortOrder=asc",
        ):
            problem_of(caller.get(f"auth_configs?{query}"), 400, "cursor")
        other = make_caller()
        make_auth_config(other.project)
        problem_of(other.get(f"auth_configs?limit=1&cursor={cursor}"), 400, "cursor")

    def test_fields_reduce_an_entry(self, caller: Caller) -> None:
        created(caller)
        (entry,) = caller.get("auth_configs?fields=id,status").json()["data"]
        assert entry.keys() == {"id", "status"}

    def test_a_long_list_takes_no_more_queries_than_a_short_one(
        self, caller: Caller, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(30):
            make_account(make_auth_config(caller.project))
        with django_assert_max_num_queries(6):
            told = caller.get("auth_configs?limit=30").json()
        assert [each["connectionCount"] for each in told["data"]] == [1] * 30

    @pytest.mark.parametrize(
        "query", ["limit=0", "toolkit=slack", "sortBy=secrets", "page=-1", "showDisabled=maybe"]
    )
    def test_bad_parameters_are_refused(self, caller: Caller, query: str) -> None:
        problem_of(caller.get(f"auth_configs?{query}"), 400, query.split("=")[0])
