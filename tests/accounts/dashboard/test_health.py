"""The health page: what it counts, where each number leads, what it tells of trouble, and who counts it when."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.keep_figures import count_anew, figures_of
from accounts.models import (
    ConnectedAccount,
    Credential,
    DashboardFigures,
    Revocation,
    RevocationOutcome,
    Status,
)
from authconfigs.models import AuthConfig
from flowra import fault_points
from flowra.due.heartbeat import beat
from flowra.due.row import claim
from flowra.events.names import EventType
from flowra.events.record import WORKER, record
from flowra.models import Event, Project, Role
from tests.accounts.at_once import at_once
from tests.factories import make_account, make_auth_config, make_key, make_project, make_webhook_endpoint
from tests.staff import signed_in, text_of

AsMember = Callable[..., Client]
TOKENS = {"access_token": "at-secret-1", "refresh_token": "rt-secret-1"}
LEASE = timedelta(seconds=60)


@pytest.fixture
def config(project: Project) -> AuthConfig:
    return make_auth_config(project, "slack")


@pytest.fixture(autouse=True)
def _a_worker_runs(db: None) -> None:
    beat("a worker")


def page(browser: Client, project: Project, query: str = "") -> Any:
    answer = browser.get(f"/dashboard/{project.pk}/{query}")
    assert answer.status_code == 200
    return answer


def figure(answer: Any, name: str) -> tuple[str, str]:
    """What a figure leads to, and its number."""
    found = re.search(
        rf'id="figure-{name}" href="([^"]+)".*?<strong[^>]*>([^<]+)</strong>', answer.content.decode(), re.S
    )
    assert found is not None, name
    return found[1].replace("&amp;", "&"), found[2]


def failing(account: ConnectedAccount, **fields: Any) -> None:
    Credential.objects.filter(pk=account.pk).update(
        failures=2,
        retry_at=timezone.now() + timedelta(minutes=1),
        trouble={"code": "provider_failed", "message": "The service answered 503.", "status": 502},
        **fields,
    )


def no_longer_fresh(project: Project, **ago: int) -> None:
    DashboardFigures.objects.filter(pk=project.pk).update(
        computed_at=timezone.now() - timedelta(**(ago or {"seconds": 20}))
    )


def work() -> int:
    """What a worker's sweep does; answers how many it counted."""
    rows = claim(DashboardFigures, limit=20, lease=LEASE)
    for row in rows:
        count_anew(row)
    return len(rows)


@pytest.mark.both_databases
def test_each_figure_is_right_and_leads_to_its_accounts(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    for _ in range(3):
        make_account(config)
    make_account(config, status=Status.EXPIRED)
    make_account(config, status=Status.INITIALIZING)
    make_account(config, status=Status.INITIATED)
    make_account(config, deleted_at=timezone.now())
    make_account(make_auth_config(make_project("Other")))
    failing(make_account(config, secrets=TOKENS))
    soon = make_account(config, secrets=TOKENS)
    Credential.objects.filter(pk=soon.pk).update(
        warned_at=timezone.now(), grant_ends_at=timezone.now() + timedelta(days=2)
    )
    seen = page(as_member(), project)
    path = f"/dashboard/{project.pk}/accounts"
    assert figure(seen, "connected") == (f"{path}?statuses=ACTIVE", "5")
    assert figure(seen, "expiring") == (f"{path}?trouble=expiring", "1")
    assert figure(seen, "expired") == (f"{path}?statuses=EXPIRED", "1")
    assert figure(seen, "failing") == (f"{path}?trouble=failing", "1")
    assert figure(seen, "waiting") == (f"{path}?statuses=INITIALIZING,INITIATED", "2")


def test_each_service_has_its_numbers_each_with_its_accounts(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    make_account(config, status=Status.FAILED)
    make_account(make_auth_config(project, "github"), status=Status.INACTIVE)
    body = page(as_member(), project).content.decode().replace("&amp;", "&")
    path = f"/dashboard/{project.pk}/accounts"
    assert f'href="{path}?toolkitSlugs=slack&statuses=ACTIVE">1<' in body
    assert f'href="{path}?toolkitSlugs=slack&statuses=FAILED">1<' in body
    assert f'href="{path}?toolkitSlugs=github&statuses=INACTIVE">1<' in body
    assert f'href="{path}?toolkitSlugs=slack">2<' in body


def test_many_services_are_folded_after_the_largest(project: Project, as_member: AsMember) -> None:
    slugs = ("slack", "github", "gmail", "notion", "linear", "discord", "zendesk", "hubspot", "jira", "asana")
    for slug in (*slugs, "stripe", "trello"):
        make_account(make_auth_config(project, slug))
    assert "2 more services" in text_of(page(as_member(), project))


@pytest.mark.both_databases
def test_new_and_lost_are_told_by_day_as_a_chart_and_as_a_table(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    happened = {
        EventType.ACCOUNT_CONNECTED: 3,
        EventType.ACCOUNT_RECONNECTED: 2,
        EventType.ACCOUNT_EXPIRED: 1,
        EventType.ACCOUNT_DELETED: 4,
        EventType.ACCOUNT_REFRESHED: 5,
    }
    for type, times in happened.items():
        for _ in range(times):
            record(type, project_id=project.pk, subject=("account", "ca_1"), actor=WORKER)
    long_ago = timezone.now() - timedelta(days=40)
    Event.objects.create(
        project=project,
        type=EventType.ACCOUNT_CONNECTED,
        at=long_ago,
        actor_kind="worker",
        subject_kind="account",
        subject_id="ca_1",
    )
    seen = page(as_member(), project)
    body = seen.content.decode()
    assert 'role="img"' in body and "style=" not in body
    assert "In the last 30 days: 3 new, 2 connected again, 1 ended at the service, 4 removed." in text_of(
        seen
    )
    cells = re.findall(
        r'<td class="number" data-label="(?:New|Connected again|Ended|Removed)">(\d+)</td>', body
    )
    assert cells[:4] == ["3", "2", "1", "4"], "today is the first row"
    assert len(cells) == 4 * 30 and set(cells[4:]) == {"0"}


def test_a_refused_client_is_told_once_with_what_it_touches_and_whose_turn_it_is(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    failing(make_account(config, secrets=TOKENS))
    AuthConfig.objects.filter(pk=config.pk).update(
        failing_since=timezone.now() - timedelta(hours=5), failing_words="invalid_client <b>"
    )
    seen = page(as_member(), project)
    said = text_of(seen)
    assert "Slack refuses your app began 5 hours ago" in said
    assert "1 account under" in said and "invalid_client <b>" in said
    assert "Whose turn: A developer of yours" in said
    assert f"/dashboard/{project.pk}/auth-configs/{config.pk}" in seen.content.decode()
    assert "does not renew access" not in said


@pytest.mark.both_databases
def test_a_service_that_renews_nothing_is_told_with_how_many_it_touches(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    now = timezone.now()
    failing(make_account(config, secrets=TOKENS, expires_at=now - timedelta(hours=2)))
    failing(make_account(config, secrets=TOKENS, expires_at=now + timedelta(hours=2)))
    make_account(config, secrets=TOKENS)
    said = text_of(page(as_member(), project))
    assert "Slack does not renew access" in said and "2 hours ago" in said
    assert "2 accounts. 1 of them does not work at the moment; tried up to 2 times." in said
    assert "The service answered 503." in said
    assert "Whose turn: Slack's. Flowra tries again by itself." in said


@pytest.mark.both_databases
def test_a_service_that_cannot_be_told_of_revocations_is_told_here(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    now = timezone.now()
    make_account(config)
    for outcome, due_at, finished_at in (
        (RevocationOutcome.FAILING, now, None),
        (RevocationOutcome.GIVEN_UP, None, now),
        (RevocationOutcome.GIVEN_UP, None, now - timedelta(days=20)),
        (RevocationOutcome.DONE, None, now),
    ):
        Revocation.objects.create(
            account=make_account(config, deleted_at=now),
            outcome=outcome,
            created_at=now,
            due_at=due_at,
            finished_at=finished_at,
        )
    said = text_of(page(as_member(), project))
    assert "1 grant cannot be taken back so far. Your app cannot use it any more." in said
    assert "1 grant could not be taken back. Your app cannot use it; Slack may still list it." in said


def test_a_webhook_that_flowra_switched_off_is_told_and_one_that_a_person_did_is_not(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    off = make_webhook_endpoint(
        project, "https://hooks.example.com/a?key=1", is_disabled=True, disabled_reason="It answered 500."
    )
    make_webhook_endpoint(project, "https://hooks.example.com/b", is_disabled=True)
    for role, leads in ((Role.VIEWER, False), (Role.DEVELOPER, True)):
        seen = page(as_member(role), project)
        said = text_of(seen)
        assert "The webhook https://hooks.example.com/a?… was switched off" in said
        assert "hooks.example.com/b" not in said and "key=1" not in said
        assert (f"/webhooks/{off.pk}" in seen.content.decode()) is leads


def test_when_nothing_is_wrong_it_says_so(project: Project, config: AuthConfig, as_member: AsMember) -> None:
    make_account(config)
    assert "Nothing is wrong." in text_of(page(as_member(), project))


def test_when_no_worker_runs_that_is_what_it_says(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    from flowra.models import WorkerHeartbeat

    make_account(config)
    WorkerHeartbeat.objects.all().delete()
    assert "No worker is running." in text_of(page(as_member(), project))


def test_the_first_look_counts_and_the_next_ones_show_that(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    browser = as_member()
    assert figure(page(browser, project), "connected")[1] == "1"
    make_account(config)
    assert figure(page(browser, project), "connected")[1] == "1"
    assert work() == 0, "they are fresh"


def test_an_account_whose_first_day_is_unknown_is_counted_once_as_well(
    project: Project, config: AuthConfig, as_member: AsMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(config, connected_at=None)
    browser = as_member()
    reached: list[str] = []
    monkeypatch.setattr(fault_points, "reached", reached.append)
    for _ in range(3):
        assert figure(page(browser, project), "connected")[1] == "1"
    assert reached.count("figures.counted") == 1


@pytest.mark.both_databases
def test_figures_that_are_no_longer_fresh_are_shown_at_once_and_counted_once_by_the_worker(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    browser = as_member()
    page(browser, project)
    make_account(config)
    no_longer_fresh(project)
    for _ in range(3):
        assert figure(page(browser, project), "connected")[1] == "1"
    assert work() == 1
    assert work() == 0
    assert figure(page(browser, project), "connected")[1] == "2"


@pytest.mark.both_databases
def test_of_many_first_looks_at_once_one_counts(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project()
    make_account(make_auth_config(project, "slack"))
    counted: list[str] = []
    monkeypatch.setattr(fault_points, "reached", counted.append)
    found = at_once(*[lambda: figures_of(project)] * 6)
    assert counted.count("figures.counted") == 1
    for each in found:
        assert isinstance(each, DashboardFigures)
        assert each.computed_at is None or each.figures["everConnected"]
    assert figures_of(project).figures["statuses"] == {"slack": {"ACTIVE": 1}}


def test_a_count_that_died_is_taken_up_by_the_worker_when_its_lease_has_run_out(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    now = timezone.now()
    DashboardFigures.objects.create(
        project=project, due_at=now, lease_until=now + timedelta(seconds=60), attempts=1
    )
    browser = as_member()
    assert "Counting for the first time" in text_of(page(browser, project))
    DashboardFigures.objects.update(lease_until=now - timedelta(seconds=1))
    assert work() == 1
    assert figure(page(browser, project), "connected")[1] == "1"


def test_a_count_that_was_overtaken_stores_nothing(project: Project, config: AuthConfig) -> None:
    make_account(config)
    figures_of(project)
    no_longer_fresh(project)
    figures_of(project)
    (slow,) = claim(DashboardFigures, limit=1, lease=LEASE)
    DashboardFigures.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (fast,) = claim(DashboardFigures, limit=1, lease=LEASE)
    make_account(config)
    count_anew(fast)
    made = DashboardFigures.objects.get().computed_at
    count_anew(slow)
    assert DashboardFigures.objects.get().computed_at == made


def test_old_figures_are_told_as_such(project: Project, config: AuthConfig, as_member: AsMember) -> None:
    make_account(config)
    browser = as_member()
    assert "These figures are of" not in text_of(page(browser, project))
    no_longer_fresh(project, minutes=7)
    assert "These figures are of 7 minutes ago" in text_of(page(browser, project))


def test_the_open_page_gets_what_is_new_and_nothing_where_nothing_is(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    browser = as_member()
    body = page(browser, project).content.decode()
    found = re.search(r'hx-get="([^"]+)"', body)
    assert found is not None
    url = found[1].replace("&amp;", "&")
    htmx = {"HX-Request": "true"}
    assert browser.get(url, headers=htmx).status_code == 204
    make_account(config)
    no_longer_fresh(project)
    browser.get(url, headers=htmx)
    assert work() == 1
    piece = browser.get(url, headers=htmx)
    assert figure(piece, "connected")[1] == "2" and b"<html" not in piece.content
    assert b"<html" in browser.get(url).content, "without scripts it is the page"


def test_a_viewer_reads_all_of_it_and_a_stranger_nothing(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    assert "Connected" in text_of(page(as_member(Role.VIEWER), project))
    other = signed_in(User.objects.create_user("other@example.com"))
    assert other.get(f"/dashboard/{project.pk}/").status_code == 404


def test_the_page_takes_as_many_queries_for_twenty_accounts_as_for_one(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    browser = as_member()

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as shown:
            page(browser, project)
        no_longer_fresh(project)
        figures_of(project)
        with CaptureQueriesContext(connection) as counted:
            assert work() == 1
        return len(shown), len(counted)

    page(browser, project)
    first = queries()
    for slug in ("slack", "github", "gmail", "notion"):
        each = make_auth_config(project, slug)
        for _ in range(5):
            failing(make_account(each, secrets=TOKENS))
    assert queries() == first
    assert queries() == first


def test_until_a_key_was_used_it_says_how_to_use_it(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    browser = as_member(Role.DEVELOPER)
    assert "Next: use it from your app" in text_of(page(browser, project))
    make_key(project, last_used_at=timezone.now())
    assert "Next: use it from your app" not in text_of(page(browser, project))
