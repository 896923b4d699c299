"""Who counts the figures, and when: once, by the worker, while everybody is shown the last ones."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.keep_figures import count_anew, figures_of
from accounts.models import (
    DashboardFigures,
)
from authconfigs.models import AuthConfig
from flowra import fault_points
from flowra.due.heartbeat import beat
from flowra.due.row import claim
from flowra.models import Project
from tests.accounts.at_once import at_once
from tests.accounts.dashboard.health_page import (
    LEASE,
    TOKENS,
    AsMember,
    failing,
    figure,
    no_longer_fresh,
    page,
    work,
)
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import text_of


@pytest.fixture
def config(project: Project) -> AuthConfig:
    return make_auth_config(project, "slack")


@pytest.fixture(autouse=True)
def _a_worker_runs(db: None) -> None:
    beat("a worker")


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
