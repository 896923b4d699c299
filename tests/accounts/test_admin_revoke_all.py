"""All of a person, an auth config or a list are revoked: seen before, asked why, and never more than was seen."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import ConnectedAccount, RevocationRun, RevocationRunItem
from authconfigs.models import AuthConfig
from flowra.models import Event
from tests.accounts.aftermath import a_worker_revokes
from tests.accounts.desk import LIST
from tests.accounts.desk_of_many import ALL, RUNS, confirm, hidden_fields, make_many, only_run, page_of
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import text_of


@pytest.fixture
def slack(db: None) -> AuthConfig:
    return make_auth_config(make_project("Acme"), "slack")


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
def test_who_comes_second_sees_who_is_at_it(support: Client, slack: AuthConfig) -> None:
    account = make_many(slack, 2)[0]
    query = f"person={account.external_user_id}"
    assert "already" not in text_of(support.get(f"{ALL}?{query}"))
    confirm(support, query)
    page = support.get(f"{ALL}?{query}")
    assert "support@example.com is revoking these already." in text_of(page)
    assert page_of(only_run()) in page.content.decode()
    assert "already" not in text_of(support.get(f"{ALL}?toolkit=slack"))
    a_worker_revokes()
    assert support.get(f"{ALL}?{query}").status_code == 404
