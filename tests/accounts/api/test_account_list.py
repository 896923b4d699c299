"""GET connected_accounts: what the filters let through, and what they refuse."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ConnectedAccount, Status
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user, make_toolkit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def listed(api: Caller, query: str = "") -> set[str]:
    """The ids on the first hundred."""
    answer = api.get(f"connected_accounts?limit=100&{query}")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["totalItems"] == len(body["items"])
    return {each["id"] for each in body["items"]}


@pytest.fixture
def crowd(api: Caller) -> dict[tuple[str, str, str], ConnectedAccount]:
    """Two services × two users × three statuses, labelled by all three."""
    found = {}
    configs = {slug: make_auth_config(api.project, slug) for slug in ("slack", "github")}
    users = {name: make_external_user(api.project, name) for name in ("sales", "support")}
    for slug, name, status in itertools.product(configs, users, ("ACTIVE", "EXPIRED", "FAILED")):
        found[slug, name, status] = make_account(
            configs[slug], users[name], status=status, labels=[slug, name, f"{name}-{status}"]
        )
    return found


Crowd = dict[tuple[str, str, str], ConnectedAccount]


def those(crowd: Crowd, **wanted: tuple[str, ...]) -> set[str]:
    """The crowd's ids that agree with all that is wanted."""
    places = {"slug": 0, "name": 1, "status": 2}
    return {
        account.pk
        for key, account in crowd.items()
        if all(key[places[what]] in values for what, values in wanted.items())
    }


def test_without_filters_it_lists_all_of_the_project(api: Caller, crowd: Crowd) -> None:
    assert listed(api) == those(crowd)


@pytest.mark.parametrize("form", ["repeated", "commas"])
def test_values_within_a_filter_are_alternatives(api: Caller, crowd: Crowd, form: str) -> None:
    query = "statuses=EXPIRED&statuses=FAILED" if form == "repeated" else "statuses=EXPIRED, FAILED"
    assert listed(api, quote(query, safe="=&,")) == those(crowd, status=("EXPIRED", "FAILED"))


def test_filters_together_narrow(api: Caller, crowd: Crowd) -> None:
    assert listed(api, "toolkitSlugs=slack&statuses=ACTIVE") == those(
        crowd, slug=("slack",), status=("ACTIVE",)
    )
    assert listed(api, "toolkitSlugs=slack&labels=support-FAILED,github") == those(
        crowd, slug=("slack",), name=("support",), status=("FAILED",)
    )
    assert listed(api, "toolkitSlugs=slack&labels=github") == set()


def test_each_filter_alone(api: Caller, crowd: Crowd) -> None:
    one = crowd["slack", "sales", "ACTIVE"]
    assert listed(api, "toolkitSlugs=slack,github") == those(crowd)
    assert listed(api, f"authConfigIds={one.auth_config_id}") == those(crowd, slug=("slack",))
    assert listed(api, f"connectedAccountIds={one.pk},ca_nothing") == {one.pk}
    assert listed(api, f"eUIDs={one.external_user_id}") == those(crowd, name=("sales",))
    assert listed(api, "eUIDs=support") == those(crowd, name=("support",))
    assert listed(api, f"eUIDs=support,{one.external_user_id}") == those(crowd)
    assert listed(api, "eUIDs=support,sales,nobody") == those(crowd)
    assert listed(api, "labels=sales-ACTIVE") == those(crowd, name=("sales",), status=("ACTIVE",))
    assert listed(api, "labels=sales-ACTIVE,support") == {
        *those(crowd, name=("sales",), status=("ACTIVE",)),
        *those(crowd, name=("support",)),
    }


def test_what_nobody_has_lets_nothing_through(api: Caller, crowd: Crowd) -> None:
    for name in ("toolkitSlugs", "authConfigIds", "connectedAccountIds", "eUIDs", "labels"):
        assert listed(api, f"{name}=nothing") == set()
    assert listed(api, "statuses=INACTIVE") == set()


def test_a_label_is_compared_whole_and_as_it_is(api: Caller) -> None:
    config = make_auth_config(api.project)
    odd = make_account(config, labels=['50% "off"', "a_b", "ünï", "İ"])
    make_account(config, labels=["50", "axb", "uni", "A_B"])
    for label in ('50% "off"', "a_b", "ünï", "İ"):
        assert listed(api, f"labels={quote(label)}") == {odd.pk}


def test_labels_are_found_as_they_are_now(api: Caller) -> None:
    account = make_account(make_auth_config(api.project), labels=["old", "kept"])
    api.patch(f"connected_accounts/{account.pk}", {"labels": ["new", "kept"]})
    assert listed(api, "labels=old") == set()
    assert listed(api, "labels=new") == listed(api, "labels=kept") == {account.pk}
    account.delete()
    assert listed(api, "labels=new") == set()


def test_a_label_of_more_accounts_than_are_sorted_at_once_pages_well(api: Caller) -> None:
    config = make_auth_config(api.project)
    user = make_external_user(api.project)
    ConnectedAccount.objects.bulk_create(
        ConnectedAccount(
            project=api.project,
            auth_config=config,
            external_user=user,
            toolkit_slug="github",
            status=Status.ACTIVE,
            labels=["common", "rare"] if number % 50 == 0 else ["common"],
        )
        for number in range(400)
    )
    for label, count in (("common", 400), ("rare", 8)):
        seen: list[str] = []
        cursor = ""
        while True:
            page = api.get(f"connected_accounts?labels={label}&limit=90{cursor}").json()
            assert page["totalItems"] == count
            seen += [each["id"] for each in page["items"]]
            if page["nextCursor"] is None:
                break
            cursor = f"&cursor={page['nextCursor']}"
        assert len(seen) == len(set(seen)) == count


def test_another_project_and_deleted_accounts_are_not_listed(api: Caller, crowd: Crowd) -> None:
    other = make_caller()
    foreign = make_account(make_auth_config(other.project, "slack"), labels=["slack"])
    gone = crowd["slack", "sales", "ACTIVE"]
    assert api.delete(f"connected_accounts/{gone.pk}").status_code == 200
    left = those(crowd) - {gone.pk}
    assert listed(api) == left
    assert listed(other) == {foreign.pk}
    assert listed(api, f"connectedAccountIds={foreign.pk},{gone.pk}") == set()
    assert listed(api, f"authConfigIds={foreign.auth_config_id}") == set()
    assert listed(api, f"eUIDs={foreign.external_user_id}") == set()
    assert foreign.pk not in listed(api, "labels=slack")


def test_x_username_confines_it_to_that_user(api: Caller, crowd: Crowd) -> None:
    assert listed(api.as_user("sales")) == those(crowd, name=("sales",))
    assert listed(api.as_user("sales"), "statuses=ACTIVE") == those(
        crowd, name=("sales",), status=("ACTIVE",)
    )
    assert listed(api.as_user("sales"), "eUIDs=support") == set()
    assert listed(api.as_user("sales"), "labels=support") == set()
    assert listed(api.as_user("new-user")) == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("toolkitSlug=slack", "toolkitSlug"),
        ("status=ACTIVE", "status"),
        ("page=2", "page"),
        ("statuses=ACTIVE,GONE", "statuses"),
        ("statuses=active", "statuses"),
        ("statuses=", "statuses"),
        ("labels=,", "labels"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("orderBy=name", "orderBy"),
        ("orderDirection=down", "orderDirection"),
        ("labels=%00", "labels"),
        ("labels=%ED%A0%80", "labels"),
        ("eUIDs=%ff", "eUIDs"),
        (
            "connectedAccountIds=" + ",".join(f"ca_{number}" for number in range(10_000)),
            "connectedAccountIds",
        ),
        ("toolkitSlugs=" + "x" * 5_000, "toolkitSlugs"),
    ],
)
def test_a_mistaken_parameter_is_refused_by_name(api: Caller, query: str, field: str) -> None:
    problem_of(api.get(f"connected_accounts?{query}"), 400, field)


def test_a_near_match_is_named(api: Caller) -> None:
    assert (
        "statuses" in problem_of(api.get("connected_accounts?statusses=ACTIVE"), 400, "statusses")["message"]
    )


def test_it_needs_the_scope_to_read(db: None) -> None:
    problem_of(make_caller(scopes=["configs:read"]).get("connected_accounts"), 403)


@pytest.mark.parametrize("count", [3, 120])
def test_a_call_costs_the_same_few_queries_whatever_its_size(api: Caller, count: int) -> None:
    make_toolkit(api.project, "acme-desk")
    configs = [
        make_auth_config(api.project, "slack"),
        make_auth_config(api.project, "acme-desk", auth_scheme="API_KEY"),
    ]
    users = [make_external_user(api.project, f"user{number}") for number in range(7)]
    for number in range(count):
        make_account(configs[number % 2], users[number % 7], labels=["a"])
    for query in (
        "limit=100",
        "limit=2",
        "limit=2&labels=a&statuses=ACTIVE,FAILED&eUIDs=user1,user2&toolkitSlugs=slack",
    ):
        for caller in (api, api.as_user("user1")):
            with CaptureQueriesContext(connection) as queries:
                assert caller.get(f"connected_accounts?{query}").status_code == 200
            assert len(queries) <= 6, [each["sql"][:80] for each in queries]


def test_totals_above_ten_thousand_are_remembered_a_moment_and_exact_below(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.api import totals

    config = make_auth_config(api.project)
    for _ in range(5):
        make_account(config)
    monkeypatch.setattr(totals, "ALWAYS_COUNTED", 4)
    monkeypatch.setattr(totals, "TIMES_ITS_COST", 10**9)

    def total() -> Any:
        return api.get("connected_accounts?limit=1").json()["totalItems"]

    assert total() == 5
    make_account(config)
    assert total() == 5, "remembered"
    monkeypatch.setattr(totals, "_remembered", {})
    assert total() == 6
    monkeypatch.setattr(totals, "_remembered", {})
    monkeypatch.setattr(totals, "ALWAYS_COUNTED", 100)
    assert total() == 6
    make_account(config)
    assert total() == 7, "counted anew"
