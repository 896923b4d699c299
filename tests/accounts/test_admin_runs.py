"""Revoking many from the admin: seen before, asked why, watched, stopped, gone on with, and told by account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.actions import revoke_many
from accounts.models import ConnectedAccount, Revocation, RevocationRun, RevocationRunItem
from authconfigs.models import AuthConfig
from flowra.models import Event
from tests.accounts.aftermath import a_worker_revokes
from tests.accounts.desk import LIST
from tests.factories import make_account, make_auth_config, make_external_user, make_project
from tests.staff import make_operator, make_staff, make_support, signed_in, text_of

ALL = f"{LIST}revoke-all/"
RUNS = "/admin/accounts/revocationrun/"


@pytest.fixture
def support(db: None) -> Client:
    return signed_in(make_support())


@pytest.fixture
def slack(db: None) -> AuthConfig:
    return make_auth_config(make_project("Acme"), "slack")


def make_many(auth_config: AuthConfig, count: int, name: str = "ann") -> list[ConnectedAccount]:
    person = make_external_user(auth_config.project, name)
    return [
        make_account(
            auth_config, person, secrets={"access_token": "s3cret"}, identity_email=f"{name}{n}@example.com"
        )
        for n in range(count)
    ]


def hidden_fields(page: Any) -> dict[str, str]:
    found = re.findall(r'name="(seen|as_of)" value="([^"]+)"', page.content.decode())
    assert len(found) == 2
    return dict(found)


def confirm(client: Client, query: str, **fields: str) -> Any:
    """Looks at the page, writes a reason and presses the button."""
    seen = hidden_fields(client.get(f"{ALL}?{query}"))
    return client.post(f"{ALL}?{query}", {"reason": "The customer left.", **seen, **fields})


def only_run() -> RevocationRun:
    return RevocationRun.objects.get()


def page_of(run: RevocationRun) -> str:
    return f"{RUNS}{run.pk}/change/"


@pytest.mark.both_databases
def test_before_all_are_revoked_it_is_said_how_many_where_and_how_the_services_hear_of_it(
    support: Client, slack: AuthConfig
) -> None:
    other = make_project("Globex")
    make_many(slack, 3)
    make_many(make_auth_config(other, "openai", auth_scheme="API_KEY"), 2, "bob")
    make_account(slack, identity_email="idle@example.com")
    told = text_of(support.get(ALL))
    for words in (
        "Revoke 6 connections?",
        "3 ● Slack is told to forget the grant",
        "1 ● Slack has nothing to take back",
        "2 ▲ OpenAI can't be told; Flowra forgets the key, which has to be deleted there",
        "2 live on at the service until somebody ends them there",
        "4 Acme",
        "2 Globex",
        "ann0@example.com",
        "bob1@example.com",
    ):
        assert words in told, words
    assert ConnectedAccount.live.count() == 6


@pytest.mark.both_databases
def test_others_that_stop_with_them_are_counted(support: Client) -> None:
    google = make_auth_config(make_project("Acme"), "gmail")
    first = make_many(google, 1)[0]
    make_many(google, 1, "bob")
    ConnectedAccount.objects.update(identity_id="google-1")
    assert "1 other connection stops working too" in text_of(
        support.get(f"{ALL}?person={first.external_user_id}")
    )
    assert "working too" not in text_of(support.get(ALL))


@pytest.mark.both_databases
def test_the_preview_and_the_run_s_page_take_as_many_queries_for_many_as_for_one(
    support: Client, slack: AuthConfig, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(slack, 1)
    with CaptureQueriesContext(connection) as queries:
        support.get(ALL)
    # Counted at once: the next request begins its log anew.
    preview = len(queries)
    confirm(support, "")
    a_worker_revokes()
    with CaptureQueriesContext(connection) as queries:
        support.get(page_of(only_run()))
    shown = len(queries)
    RevocationRun.objects.all().delete()
    make_many(slack, 20, "bob")
    with django_assert_max_num_queries(preview):
        support.get(ALL)
    confirm(support, "")
    a_worker_revokes()
    with django_assert_max_num_queries(shown):
        support.get(page_of(only_run()))


@pytest.mark.both_databases
@pytest.mark.parametrize("by", ["person", "auth_config", "project", "toolkit", "q"])
def test_all_of_a_person_an_auth_config_or_any_list_are_revoked_and_no_others(
    support: Client, slack: AuthConfig, by: str
) -> None:
    mine = make_many(slack, 2, "ann")
    others = make_many(make_auth_config(make_project("Globex"), "github"), 2, "bob")
    query = {
        "person": f"person={mine[0].external_user_id}",
        "auth_config": f"auth_config={slack.pk}",
        "project": f"project={slack.project_id}",
        "toolkit": "toolkit=slack",
        "q": "q=ann",
    }[by]
    answer = confirm(support, query)
    run = only_run()
    assert (answer.status_code, answer.url) == (302, page_of(run))
    assert (run.total, run.selection) == (2, dict([query.split("=")]))
    a_worker_revokes()
    assert set(ConnectedAccount.live.all()) == set(others)
    event = Event.objects.get(subject_id=mine[0].pk, type="account.deleted")
    assert (event.actor_name, event.reason) == ("support@example.com", "The customer left.")


def test_without_a_reason_nothing_begins(support: Client, slack: AuthConfig) -> None:
    make_many(slack, 2)
    answer = confirm(support, "", reason=" ")
    assert answer.status_code == 400 and "Say why" in text_of(answer)
    assert not RevocationRun.objects.exists()


def test_for_more_than_a_hundred_the_number_is_typed(
    support: Client, slack: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.pages.revoking_many.TYPED_ABOVE", 2)
    make_many(slack, 3)
    for typed in ("", "2", "all", "-3", "9" * 30):
        assert confirm(support, "", number=typed).status_code == 400, typed
    assert not RevocationRun.objects.exists()
    assert confirm(support, "", number="3").status_code == 302


@pytest.mark.both_databases
def test_what_came_into_the_list_after_it_was_looked_at_is_not_revoked_unseen(
    support: Client, slack: AuthConfig
) -> None:
    make_many(slack, 1)
    seen = hidden_fields(support.get(ALL))
    (newer,) = make_many(slack, 1, "bob")
    support.post(ALL, {"reason": "x", **seen})
    assert only_run().total == 1
    assert not RevocationRunItem.objects.filter(account_id=newer.pk).exists()
    RevocationRun.objects.all().delete()
    again = support.post(
        ALL, {"reason": "Because of this", "seen": "1", "as_of": "2100-01-01T00:00:00+00:00"}
    )
    told = text_of(again)
    assert again.status_code == 409 and "Nothing was revoked. There are 2 of them by now" in told
    assert "Because of this" in told and hidden_fields(again)["seen"] == "2"
    assert not RevocationRun.objects.exists()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"seen": "x", "as_of": "y"},
        {"seen": "0", "as_of": "2026-01-01"},
        {"seen": "1", "as_of": "2026-01-01T00:00:00"},
        {"seen": "9" * 40, "as_of": "x" * 4000},
        {"seen": "1", "as_of": "\x00"},
    ],
)
def test_garbled_forms_are_refused_in_words(support: Client, slack: AuthConfig, sent: dict[str, str]) -> None:
    make_many(slack, 1)
    assert support.post(ALL, {"reason": "x", **sent}).status_code in (400, 409)
    assert not RevocationRun.objects.exists()


@pytest.mark.parametrize(
    "query", ["person=eu_none", "status=NONSENSE", "id__regex=x", "unknown=1", "auth_config=x"]
)
def test_a_filter_that_does_not_exist_never_widens_what_is_revoked(
    support: Client, slack: AuthConfig, query: str
) -> None:
    make_many(slack, 1)
    assert support.get(f"{ALL}?{query}").status_code == 400
    assert support.post(f"{ALL}?{query}", {"reason": "x", "seen": "1"}).status_code == 400
    assert not RevocationRun.objects.exists()


def test_all_pages_of_a_long_list_become_a_run(
    support: Client, slack: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.connected_accounts.AT_MOST", 2)
    accounts = make_many(slack, 3)
    chosen = {"action": "revoke_selected", "_selected_action": accounts[0].pk, "select_across": "1"}
    answer = support.post(f"{LIST}?toolkit=slack", chosen)
    assert (answer.status_code, getattr(answer, "url", "")) == (302, f"{ALL}?toolkit=slack")
    by_hand = {"action": "revoke_selected", "_selected_action": [each.pk for each in accounts]}
    assert "At most 2 at a time" in text_of(support.post(LIST, by_hand, follow=True))


def test_the_doors_to_it_are_where_support_looks(support: Client, slack: AuthConfig) -> None:
    (account,) = make_many(slack, 1)
    for url, link in (
        (f"{LIST}?toolkit=slack&o=1", f"{ALL}?toolkit=slack"),
        (
            f"/admin/accounts/externaluser/{account.external_user_id}/change/",
            f"{ALL}?person={account.external_user_id}",
        ),
        (f"/admin/authconfigs/authconfig/{slack.pk}/change/", f"{ALL}?auth_config={slack.pk}"),
        ("/admin/", RUNS),
    ):
        page = support.get(url).content.decode()
        assert f'href="{link}"' in page, url
        assert support.get(link).status_code == 200


@pytest.mark.both_databases
def test_how_it_goes_is_shown_while_it_goes_and_after(
    support: Client, slack: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoke_many, "BATCH", 2)
    accounts = make_many(slack, 3)
    confirm(support, "")
    run = only_run()
    a_worker_revokes()
    page = support.get(page_of(run))
    told = text_of(page)
    assert page.headers["Refresh"] == "3"
    for words in (
        "◔ Running",
        "2 of 3",
        "Revoked here 2",
        "Still to come 1",
        "The customer left.",
        "2 ◔ being told",
    ):
        assert words in told, words
    assert "<textarea" not in page.content.decode(), "what is typed would be gone in three seconds"
    still = support.get(f"{page_of(run)}?still=1")
    assert "Refresh" not in still.headers and "<textarea" in still.content.decode()
    a_worker_revokes()
    Revocation.objects.filter(account=accounts[0]).update(outcome="DONE")
    Revocation.objects.filter(account=accounts[1]).update(outcome="UNSUPPORTED")
    after = support.get(page_of(run))
    told = text_of(after)
    assert "Refresh" not in after.headers
    for words in (
        "● Done",
        "3 of 3",
        "1 ● forgotten by the service",
        "1 ▲ the service has no way to be told; it lives on there",
    ):
        assert words in told, words
    assert "s3cret" not in after.content.decode()
    assert "● Done" in text_of(support.get(RUNS))


def test_results_are_found_by_outcome_and_page(
    support: Client, slack: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.revocation_runs.A_PAGE", 2)
    accounts = make_many(slack, 3)
    confirm(support, "")
    run = only_run()
    support.post(f"{LIST}revoke/", {"account": accounts[0].pk, "reason": "first"})
    a_worker_revokes()
    skipped = text_of(support.get(page_of(run), {"outcome": "SKIPPED"}))
    assert "ann0@example.com" in skipped and "It was revoked already." in skipped
    assert "ann1@example.com" not in skipped
    assert "ann2@example.com" in text_of(support.get(page_of(run), {"page": "2"}))
    for odd in ({"outcome": "NONSENSE"}, {"page": "x"}, {"page": "99"}, {"outcome": "\x00"}):
        assert support.get(page_of(run), odd).status_code in (200, 400)
    assert support.get(f"{RUNS}rr_none/change/").status_code == 404


def test_results_are_had_as_a_file_and_that_is_on_the_trail(support: Client, slack: AuthConfig) -> None:
    (account,) = make_many(slack, 1, "=cmd")
    confirm(support, "")
    a_worker_revokes()
    answer: Any = support.get(f"{RUNS}{only_run().pk}/results.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "account,service,project,person,identity,outcome,words,atTheService"
    assert lines[1] == f"{account.pk},slack,Acme,'=cmd,'=cmd0@example.com,Revoked,,The service is being told"
    assert Event.objects.get(type="accounts.exported").actor_name == "support@example.com"


def test_support_stops_the_rest_with_a_reason_and_goes_on(
    support: Client, slack: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoke_many, "BATCH", 1)
    make_many(slack, 3)
    confirm(support, "")
    run = only_run()
    a_worker_revokes()
    assert "Say why" in text_of(support.post(f"{RUNS}{run.pk}/stop/", {"reason": " "}, follow=True))
    told = text_of(support.post(f"{RUNS}{run.pk}/stop/", {"reason": "The wrong ones."}, follow=True))
    assert "Stopped. 2 were left as they are." in told
    assert "Left as they are 2" in told and "The wrong ones." in told
    assert "Go on with the 2 that are left" in told
    a_worker_revokes()
    assert ConnectedAccount.live.count() == 2
    told = text_of(support.post(f"{RUNS}{run.pk}/go-on/", follow=True))
    assert "It goes on." in told and "Stop the rest" in told
    a_worker_revokes(3)
    assert not ConnectedAccount.live.exists()
    assert "nothing left to go on with" in text_of(support.post(f"{RUNS}{run.pk}/go-on/", follow=True))
    assert "not running any more" in text_of(
        support.post(f"{RUNS}{run.pk}/stop/", {"reason": "x"}, follow=True)
    )


def test_who_may_only_see_neither_begins_stops_nor_goes_on(support: Client, slack: AuthConfig) -> None:
    make_many(slack, 2)
    confirm(support, "")
    run = only_run()
    viewer = signed_in(
        make_staff(
            "accounts.view_connectedaccount", "accounts.view_revocationrun", "accounts.view_externaluser"
        )
    )
    page = viewer.get(page_of(run))
    assert page.status_code == 200 and "Stop the rest" not in text_of(page)
    assert viewer.get(ALL).status_code == 403 and viewer.post(ALL, {"reason": "x"}).status_code == 403
    assert "Revoke all" not in text_of(viewer.get(LIST))
    for deed in ("stop", "go-on"):
        assert viewer.post(f"{RUNS}{run.pk}/{deed}/", {"reason": "x"}).status_code == 403
        assert support.get(f"{RUNS}{run.pk}/{deed}/").status_code == 405
    stranger = signed_in(make_staff("accounts.view_externaluser", name="other@example.com"))
    assert stranger.get(page_of(run)).status_code == 403
    assert stranger.get(f"{RUNS}{run.pk}/results.csv").status_code == 403
    assert viewer.get(f"{RUNS}add/").status_code == 403
    assert viewer.post(f"{RUNS}{run.pk}/delete/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = support.cookies
    assert strict.post(ALL, {"reason": "x"}).status_code == 403
    assert only_run().state == "RUNNING"


def test_nobody_acts_as_a_customer_from_here(slack: AuthConfig) -> None:
    (account,) = make_many(slack, 1)
    operator = signed_in(make_operator())
    for url in (
        LIST,
        f"{LIST}{account.pk}/change/",
        f"/admin/accounts/externaluser/{account.external_user_id}/change/",
    ):
        told = text_of(operator.get(url)).lower()
        assert not any(words in told for words in ("act as", "log in as", "impersonate"))
