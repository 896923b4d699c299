"""The health page: what it counts, and where each number leads."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import (
    Credential,
    Status,
)
from authconfigs.models import AuthConfig
from flowra.due.heartbeat import beat
from flowra.events.names import EventType
from flowra.events.record import WORKER, record
from flowra.models import Event, Project, Role
from tests.accounts.dashboard.health_page import (
    TOKENS,
    AsMember,
    failing,
    figure,
    page,
)
from tests.factories import make_account, make_auth_config, make_key, make_project
from tests.staff import signed_in, text_of


@pytest.fixture
def config(project: Project) -> AuthConfig:
    return make_auth_config(project, "slack")


@pytest.fixture(autouse=True)
def _a_worker_runs(db: None) -> None:
    beat("a worker")


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


def test_a_viewer_reads_all_of_it_and_a_stranger_nothing(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    assert "Connected" in text_of(page(as_member(Role.VIEWER), project))
    other = signed_in(User.objects.create_user("other@example.com"))
    assert other.get(f"/dashboard/{project.pk}/").status_code == 404


def test_until_a_key_was_used_it_says_how_to_use_it(
    project: Project, config: AuthConfig, as_member: AsMember
) -> None:
    make_account(config)
    browser = as_member(Role.DEVELOPER)
    assert "Next: use it from your app" in text_of(page(browser, project))
    make_key(project, last_used_at=timezone.now())
    assert "Next: use it from your app" not in text_of(page(browser, project))
