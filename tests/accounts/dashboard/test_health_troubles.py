"""What does not work now: what, how many it touches, and whose turn it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import (
    Revocation,
    RevocationOutcome,
)
from authconfigs.models import AuthConfig
from flowra.due.heartbeat import beat
from flowra.models import Project, Role
from tests.accounts.dashboard.health_page import (
    TOKENS,
    AsMember,
    failing,
    page,
)
from tests.factories import make_account, make_auth_config, make_webhook_endpoint
from tests.staff import text_of


@pytest.fixture
def config(project: Project) -> AuthConfig:
    return make_auth_config(project, "slack")


@pytest.fixture(autouse=True)
def _a_worker_runs(db: None) -> None:
    beat("a worker")


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
