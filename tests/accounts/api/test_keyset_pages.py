"""Walking the list page by page, whatever happens to the rows meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import ConnectedAccount
from tests.caller import Caller, problem_of
from tests.factories import make_account, make_auth_config

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def accounts_at(api: Caller, *moments: datetime) -> list[str]:
    """One account for each moment; answers their ids in the list's order, newest first."""
    config = make_auth_config(api.project)
    made = [make_account(config, created_at=moment, updated_at=moment) for moment in moments]
    return [account.pk for account in sorted(made, key=lambda each: (each.created_at, each.pk), reverse=True)]


def walk(api: Caller, query: str, *, after_page: Any = None) -> list[str]:
    """The ids of all pages, in order; calls `after_page` with the page's ids after each."""
    seen: list[str] = []
    cursor, page = None, 0
    while True:
        answer = api.get(f"connected_accounts?{query}" + (f"&cursor={cursor}" if cursor else "")).json()
        page += 1
        assert answer["currentPage"] == page
        ids = [each["id"] for each in answer["items"]]
        seen += ids
        cursor = answer["nextCursor"]
        if cursor is None:
            return seen
        assert page < 100, "it never ends"
        if after_page is not None:
            after_page(ids)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 10])
def test_accounts_of_the_same_instant_come_once_each_and_in_order(api: Caller, limit: int) -> None:
    wanted = accounts_at(api, *[NOON] * 11)
    assert walk(api, f"limit={limit}") == wanted


def test_times_a_microsecond_apart_are_told_apart(api: Caller) -> None:
    wanted = accounts_at(
        api, *[NOON + timedelta(microseconds=number) for number in (0, 1, 2, 999_999, 1_000_000)]
    )
    assert walk(api, "limit=1") == wanted


@pytest.mark.parametrize("column", ["createdAt", "updatedAt"])
def test_both_orders_walk_the_same_accounts_in_both_directions(api: Caller, column: str) -> None:
    moments = [NOON + timedelta(seconds=number // 3) for number in range(10)]
    newest_first = accounts_at(api, *moments)
    assert walk(api, f"limit=4&orderBy={column}&orderDirection=desc") == newest_first
    assert walk(api, f"limit=4&orderBy={column}&orderDirection=asc") == newest_first[::-1]


def test_accounts_made_meanwhile_repeat_and_hide_none(api: Caller) -> None:
    wanted = accounts_at(api, *[NOON] * 9)
    config = make_auth_config(api.project)
    seen = walk(
        api, "limit=2", after_page=lambda _: make_account(config, created_at=NOON + timedelta(hours=1))
    )
    assert seen == wanted


def test_accounts_deleted_meanwhile_hide_no_other(api: Caller) -> None:
    wanted = accounts_at(api, *[NOON] * 9)

    def delete_the_page(ids: list[str]) -> None:
        for id in ids:
            assert api.delete(f"connected_accounts/{id}").status_code == 200

    assert walk(api, "limit=2", after_page=delete_the_page) == wanted


def test_deleting_the_very_account_that_a_cursor_stands_on_is_no_matter(api: Caller) -> None:
    ids = accounts_at(api, *[NOON] * 4)
    cursor = api.get("connected_accounts?limit=2").json()["nextCursor"]
    ConnectedAccount.objects.filter(pk=ids[1]).delete()
    answer = api.get(f"connected_accounts?limit=2&cursor={cursor}").json()
    assert [each["id"] for each in answer["items"]] == ids[2:]


def test_totals_and_page_numbers_tell_where_one_is(api: Caller) -> None:
    accounts_at(api, *[NOON] * 7)
    first = api.get("connected_accounts?limit=3").json()
    assert (first["totalItems"], first["totalPages"], first["currentPage"]) == (7, 3, 1)
    last = api.get(f"connected_accounts?limit=6&cursor={first['nextCursor']}").json()
    assert (last["totalItems"], last["totalPages"], last["currentPage"]) == (7, 2, 2)
    assert last["nextCursor"] is None


def test_an_empty_list_has_no_page_and_no_cursor(api: Caller) -> None:
    assert api.get("connected_accounts").json() == {
        "items": [],
        "nextCursor": None,
        "totalPages": 0,
        "currentPage": 1,
        "totalItems": 0,
    }


@pytest.mark.parametrize(
    "other",
    ["statuses=ACTIVE", "orderDirection=asc", "orderBy=updatedAt", "labels=a", "toolkitSlugs=slack"],
)
def test_a_cursor_of_another_query_is_refused(api: Caller, other: str) -> None:
    accounts_at(api, *[NOON] * 3)
    cursor = api.get("connected_accounts?limit=1").json()["nextCursor"]
    problem_of(api.get(f"connected_accounts?limit=1&cursor={cursor}&{other}"), 400, "cursor")


def test_a_cursor_is_no_good_for_another_user_or_project(api: Caller) -> None:
    from tests.caller import make_caller

    accounts_at(api, *[NOON] * 3)
    cursor = api.get("connected_accounts?limit=1").json()["nextCursor"]
    problem_of(api.as_user("customer_42").get(f"connected_accounts?limit=1&cursor={cursor}"), 400, "cursor")
    problem_of(make_caller().get(f"connected_accounts?limit=1&cursor={cursor}"), 400, "cursor")


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "%00", "%F0%9F%A6%8A", "a" * 299, "a" * 5000, "..", "-_-_", "="]
)
def test_a_cursor_that_was_never_given_out_is_refused(api: Caller, cursor: str) -> None:
    problem_of(api.get(f"connected_accounts?cursor={cursor}"), 400, "cursor")


def test_a_cursor_changed_in_one_character_is_refused(api: Caller) -> None:
    accounts_at(api, *[NOON] * 3)
    cursor: str = api.get("connected_accounts?limit=1").json()["nextCursor"]
    for at in range(0, len(cursor) - 1, 7):
        changed = cursor[:at] + ("B" if cursor[at] == "A" else "A") + cursor[at + 1 :]
        problem_of(api.get(f"connected_accounts?limit=1&cursor={changed}"), 400, "cursor")
