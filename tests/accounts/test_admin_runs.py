"""Revoking many as it goes: watched, stopped, gone on with, and told by account."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.actions import revoke_many
from accounts.models import ConnectedAccount, Revocation
from authconfigs.models import AuthConfig
from flowra.models import Event
from tests.accounts.aftermath import a_worker_revokes
from tests.accounts.desk import LIST
from tests.accounts.desk_of_many import ALL, RUNS, confirm, make_many, only_run, page_of
from tests.factories import make_auth_config, make_project
from tests.staff import make_operator, make_staff, signed_in, text_of


@pytest.fixture
def slack(db: None) -> AuthConfig:
    return make_auth_config(make_project("Acme"), "slack")


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
