"""The list of accounts in the dashboard: the API's filters, to the letter, and what staff look for besides."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ConnectedAccount, Credential
from flowra.models import Project, Role
from tests.caller import Caller, make_caller
from tests.factories import make_account, make_auth_config, make_external_user, make_project, make_toolkit
from tests.staff import text_of

As = Callable[..., Client]
pytestmark = [pytest.mark.both_databases]


def url(project: Project, query: str = "") -> str:
    return f"/dashboard/{project.pk}/accounts{query}"


def ids_on(answer: Any) -> list[str]:
    """The accounts of the page's rows, in their order."""
    assert answer.status_code == 200, text_of(answer)
    found: list[str] = re.findall(r'whole-row" href="[^"]*/accounts/(ca_\w+)"', answer.content.decode())
    return found


@pytest.fixture
def browser(as_member: As) -> Client:
    return as_member(Role.VIEWER)


@pytest.fixture
def api(project: Project) -> Caller:
    return make_caller(project)


@pytest.fixture
def crowd(project: Project) -> list[ConnectedAccount]:
    """Two services × two users × three statuses, labelled by all three, and another project's account."""
    found = []
    configs = {slug: make_auth_config(project, slug) for slug in ("slack", "github")}
    users = {name: make_external_user(project, name) for name in ("sales", "support")}
    begun = timezone.now() - timedelta(days=9)
    for number, (slug, name, status) in enumerate(
        itertools.product(configs, users, ("ACTIVE", "EXPIRED", "FAILED"))
    ):
        found.append(
            make_account(
                configs[slug],
                users[name],
                status=status,
                labels=[slug, name, f"{name}-{status}"],
                identity_email=f"{slug}.{name}@example.com",
                created_at=begun + timedelta(hours=number),
                updated_at=begun - timedelta(hours=number * 7 % 5),
            )
        )
    make_account(make_auth_config(make_project("Other"), "slack"), labels=["slack"])
    return found


def queries(crowd: Sequence[ConnectedAccount]) -> list[str]:
    one, last = crowd[0], crowd[-1]
    return [
        "",
        "toolkitSlugs=slack",
        "toolkitSlugs=slack,github",
        "toolkitSlugs=slack&toolkitSlugs=github",
        "toolkitSlugs=nothing",
        "statuses=EXPIRED",
        quote("statuses=EXPIRED, FAILED", safe="=&,"),
        f"authConfigIds={one.auth_config_id}",
        f"authConfigIds={one.auth_config_id},{last.auth_config_id}",
        f"connectedAccountIds={one.pk},{last.pk},ca_nothing",
        f"eUIDs={one.external_user_id}",
        "eUIDs=support",
        f"eUIDs=support,{one.external_user_id},nobody",
        "labels=sales-ACTIVE",
        "labels=sales-ACTIVE,support",
        "labels=sales&statuses=ACTIVE&toolkitSlugs=slack",
        "toolkitSlugs=slack&labels=github",
        "orderDirection=asc",
        "orderBy=updatedAt",
        "orderBy=updatedAt&orderDirection=asc&labels=slack",
    ]


def test_every_filter_gives_what_the_api_gives_in_its_order(
    browser: Client, api: Caller, project: Project, crowd: list[ConnectedAccount]
) -> None:
    for query in queries(crowd):
        told = api.get(f"connected_accounts?limit=100&{query}").json()["items"]
        assert ids_on(browser.get(url(project, f"?{query}"))) == [each["id"] for each in told], query


def test_what_the_api_refuses_is_refused_here_by_the_field(browser: Client, project: Project) -> None:
    make_account(make_auth_config(project))
    for query, name in (
        ("statuses=LOST", "Status"),
        ("orderBy=name", "Order"),
        ("toolkitSlug=slack", "toolkitSlug"),
        ("cursor=unknown", "Page"),
        ("trouble=some", "Trouble"),
        ("limit=101", "On a page"),
        ("limit=all", "On a page"),
        ("revoked=maybe", "Revoked"),
        (f"labels={'x' * 256}", "Label"),
        (f"eUIDs={','.join(map(str, range(201)))}", "Person"),
    ):
        answer = browser.get(url(project, f"?{query}"))
        assert answer.status_code == 400, query
        told = text_of(answer)
        assert "This cannot be looked for" in told and f"{name}:" in told, told
        assert "whole-row" not in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        f"q={'x' * 201}",
        f"labels={'y' * 70_000}",
        f"cursor={'A' * 400}",
        "eUIDs=%ff%fe",
        "q=%ed%a0%80",
        "connectedAccountIds=%00",
        "&".join(f"a{n}=1" for n in range(1_100)),
    ],
)
def test_hostile_addresses_are_refused_and_are_no_failure(
    browser: Client, project: Project, query: str
) -> None:
    make_account(make_auth_config(project))
    assert browser.get(url(project, f"?{query}")).status_code == 400


def test_an_empty_field_of_the_form_asks_for_nothing(
    browser: Client, project: Project, crowd: list[ConnectedAccount]
) -> None:
    sent = "?q=&eUIDs=&connectedAccountIds=+&trouble=&statuses=ACTIVE"
    assert len(ids_on(browser.get(url(project, sent)))) == 4


def test_the_page_of_an_auth_config_links_to_its_accounts(
    browser: Client, project: Project, crowd: list[ConnectedAccount]
) -> None:
    config = crowd[0].auth_config_id
    shown = browser.get(f"/dashboard/{project.pk}/auth-configs/{config}").content.decode()
    link = url(project, f"?authConfigIds={config}")
    assert f'href="{link}"' in shown
    page = browser.get(link)
    assert set(ids_on(page)) == {each.pk for each in crowd if each.toolkit_slug == "slack"}


def test_it_is_searched_by_anything_that_a_customer_reads_out(
    browser: Client, project: Project, crowd: list[ConnectedAccount]
) -> None:
    one = crowd[0]
    for words in (one.pk, one.pk[-8:], "SLACK.SALES@example sales-active", one.pk[-8:].upper()):
        assert ids_on(browser.get(url(project, f"?q={words}"))) == [one.pk], words
    assert len(ids_on(browser.get(url(project, "?q=github.support&statuses=FAILED")))) == 1


def test_paging_loses_and_repeats_nothing(browser: Client, project: Project) -> None:
    config, user, at = make_auth_config(project), make_external_user(project), timezone.now()
    made = ConnectedAccount.objects.bulk_create(
        ConnectedAccount(
            project=project,
            auth_config=config,
            external_user=user,
            toolkit_slug="github",
            status="ACTIVE",
            labels=["all"],
            created_at=at,
            updated_at=at,
        )
        for _ in range(120)
    )
    for filters in ("", "labels=all&orderDirection=asc", "q=customer&orderBy=updatedAt"):
        seen: list[str] = []
        address = url(project, f"?{filters}")
        for _ in range(3):
            page = browser.get(address)
            seen += ids_on(page)
            more = re.search(r'href="(\?[^"]*cursor=[^"]*)"[^>]*>More accounts', page.content.decode())
            if more:
                address = url(project, more[1].replace("&amp;", "&"))
        assert more is None
        assert len(seen) == 120 and set(seen) == {each.pk for each in made}
    assert "120 accounts" in text_of(browser.get(url(project)))


def test_a_cursor_is_good_for_its_own_filters_only(browser: Client, project: Project) -> None:
    config = make_auth_config(project)
    for _ in range(51):
        make_account(config)
    page = browser.get(url(project)).content.decode()
    cursor = re.search(r"cursor=([\w-]+)", page)
    assert cursor
    assert browser.get(url(project, f"?cursor={cursor[1]}")).status_code == 200
    assert browser.get(url(project, f"?statuses=ACTIVE&cursor={cursor[1]}")).status_code == 400


def test_as_many_queries_for_twenty_accounts_as_for_one(browser: Client, project: Project) -> None:
    def count(query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ids_on(browser.get(url(project, query)))
        return len(asked)

    def add(number: int) -> None:
        slug = f"own-{number}"
        make_toolkit(project, slug)
        config = make_auth_config(project, slug, auth_scheme="API_KEY")
        person = make_external_user(project, f"person-{number}")
        make_account(config, person, secrets={"api_key": "k"}, labels=["l", f"l{number}"])

    add(0)
    asked = ("", "?labels=l", "?q=person", "?toolkitSlugs=own-0,own-1&labels=l")
    before = [count(each) for each in asked]
    for number in range(1, 20):
        add(number)
    assert [count(each) for each in asked] == before
    assert len(ids_on(browser.get(url(project)))) == 20


def test_trouble_and_revoked_ones_are_found(browser: Client, project: Project) -> None:
    config = make_auth_config(project)
    now = timezone.now()
    well, ending, failing = (
        make_account(config, make_external_user(project, name), secrets={"access_token": "t"})
        for name in ("well", "ending", "failing")
    )
    Credential.objects.filter(pk=ending.pk).update(warned_at=now, grant_ends_at=now + timedelta(days=3))
    Credential.objects.filter(pk=failing.pk).update(failures=3, retry_at=now + timedelta(minutes=3))
    make_account(make_auth_config(project, "slack", failing_since=now), make_external_user(project, "x"))
    gone = make_account(config, make_external_user(project, "gone"), deleted_at=now, labels=["was"])
    assert ids_on(browser.get(url(project, "?trouble=expiring"))) == [ending.pk]
    assert ids_on(browser.get(url(project, "?trouble=failing"))) == [failing.pk]
    for query in ("?revoked=yes", "?revoked=yes&q=gone", "?revoked=yes&labels=was"):
        assert ids_on(browser.get(url(project, query))) == [gone.pk]
    told = text_of(browser.get(url(project)))
    assert "Ends in 2 days" in told or "Ends in 3 days" in told
    assert "Renewal is failing" in told and "▲ App refused" in told
    assert gone.pk not in told and well.pk not in told


def test_what_was_chosen_is_shown_and_can_be_dropped(
    browser: Client, project: Project, crowd: list[ConnectedAccount]
) -> None:
    page = browser.get(url(project, f"?statuses=EXPIRED,FAILED&eUIDs={crowd[0].external_user_id}"))
    told = text_of(page)
    assert "Status: Needs the user" in told and "Person: sales" in told
    assert f'href="?statuses=FAILED&amp;eUIDs={crowd[0].external_user_id}"' in page.content.decode()


def test_an_empty_list_says_what_to_do_next(browser: Client, project: Project) -> None:
    assert "Nobody has connected anything yet" in text_of(browser.get(url(project)))
    make_account(make_auth_config(project))
    nothing = text_of(browser.get(url(project, "?q=nobody&statuses=FAILED")))
    assert "No account fits all of that" in nothing
    assert "Look without search “ nobody ” or status “ Failed ”" in nothing
    assert "Ask for the reference" in nothing


def test_no_page_of_the_list_has_a_secret(browser: Client, project: Project) -> None:
    make_account(
        make_auth_config(project),
        secrets={"access_token": "at-s3cret-0001"},
        profile={"phone": "private-0003"},
        connection_data={"shop": "private-0004"},
    )
    page = browser.get(url(project)).content.decode()
    assert "s3cret" not in page and "private-000" not in page
