"""Before the first connection: three steps, each with its state and what to press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import ConnectedAccount, Status
from flowra.due.heartbeat import beat
from flowra.models import Project, Role
from tests.factories import make_account, make_auth_config, make_key
from tests.staff import text_of

AsMember = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _a_worker_runs(db: None) -> None:
    beat("a worker")


def page(browser: Client, project: Project) -> Any:
    answer = browser.get(f"/dashboard/{project.pk}/")
    assert answer.status_code == 200
    return answer


def test_a_new_project_begins_with_setting_up_a_service(project: Project, as_member: AsMember) -> None:
    seen = page(as_member(Role.DEVELOPER), project)
    body = seen.content.decode()
    assert "Three steps to the first connection." in text_of(seen)
    assert f'href="/dashboard/{project.pk}/auth-configs/new">Choose a service' in body
    assert "/connect" not in body.replace("connected_accounts", "")
    assert "figure-connected" not in body


def test_then_the_developer_connects_an_account_of_their_own(project: Project, as_member: AsMember) -> None:
    config = make_auth_config(project, "slack")
    browser = as_member(Role.DEVELOPER)
    seen = page(browser, project)
    said = text_of(seen)
    assert "Set up a service ● Done" in said and "Connect Slack" in said
    action = f"/dashboard/{project.pk}/auth-configs/{config.pk}/connect"
    assert f'action="{action}"' in seen.content.decode()
    gone_to = browser.post(action)
    assert gone_to.status_code == 302 and "/connect/" in gone_to["Location"]
    account = ConnectedAccount.live.get()
    assert account.external_user.name == "developer@example.com"


def test_the_call_from_the_app_names_the_auth_config_and_no_key(
    project: Project, as_member: AsMember, settings: Any
) -> None:
    config = make_auth_config(project, "slack")
    _, key = make_key(project)
    settings.FLOWRA_PUBLIC_URL = "https://connect.acme.example"
    seen = page(as_member(Role.DEVELOPER), project)
    said = text_of(seen)
    assert "curl -X POST https://connect.acme.example/api/v1/connected_accounts/link" in said
    assert '-H "x-api-key: YOUR_API_KEY"' in said and f'"authConfigId": "{config.pk}"' in said
    assert key not in seen.content.decode()
    assert f'href="/dashboard/{project.pk}/keys/new"' in seen.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT])
def test_who_may_not_do_them_reads_the_steps_and_who_can(
    project: Project, as_member: AsMember, role: Role
) -> None:
    browser = as_member(role)
    seen = page(browser, project)
    assert "A developer of Acme can do this." in text_of(seen)
    assert "auth-configs/new" not in seen.content.decode()
    make_auth_config(project, "slack")
    body = page(browser, project).content.decode()
    assert "can try it from here" in body and '/connect"' not in body and "keys/new" not in body


def test_a_service_that_is_off_is_switched_on_first(project: Project, as_member: AsMember) -> None:
    make_auth_config(project, "slack", is_disabled=True)
    said = text_of(page(as_member(Role.DEVELOPER), project))
    assert "Switch it on first" in said and "Connect Slack" not in said


def test_where_the_app_must_confirm_the_way_begins_in_the_app(project: Project, as_member: AsMember) -> None:
    Project.objects.filter(pk=project.pk).update(require_confirmation=True)
    make_auth_config(project, "slack")
    assert "so begin there" in text_of(page(as_member(Role.DEVELOPER), project))


def test_links_that_led_to_nothing_are_no_connection(project: Project, as_member: AsMember) -> None:
    make_account(make_auth_config(project, "slack"), status=Status.FAILED)
    assert "Three steps" in text_of(page(as_member(), project))


def test_the_page_turns_into_the_figures_with_the_first_connection(
    project: Project, as_member: AsMember
) -> None:
    config = make_auth_config(project, "slack")
    browser = as_member(Role.DEVELOPER)
    assert "Three steps" in text_of(page(browser, project))
    make_account(config)
    piece = browser.get(f"/dashboard/{project.pk}/health/figures?have=before", headers=HTMX)
    assert "Three steps" not in text_of(piece) and b"figure-connected" in piece.content
    assert b"figure-connected" in page(browser, project).content


def test_a_project_whose_accounts_are_all_gone_is_no_new_one(project: Project, as_member: AsMember) -> None:
    account = make_account(make_auth_config(project, "slack"))
    ConnectedAccount.objects.filter(pk=account.pk).update(deleted_at=account.created_at)
    assert "Three steps" not in text_of(page(as_member(), project))


def test_a_try_that_led_nowhere_is_told_while_one_looks(project: Project, as_member: AsMember) -> None:
    """Whoever comes back from a connect page that failed must not find the step as if nothing had been."""
    config = make_auth_config(project, "slack")
    browser = as_member(Role.DEVELOPER)
    before = page(browser, project)
    assert "The last try" not in text_of(before)
    tried = make_account(config, status=Status.INITIATED)
    piece = browser.get(
        f"/dashboard/{project.pk}/health/figures", {"have": before.context["have"]}, headers=HTMX
    )
    assert "The last try: ◑ Waiting . customer_42 opened the link" in text_of(piece)
    ConnectedAccount.objects.filter(pk=tried.pk).update(status=Status.FAILED, status_reason="access_denied")
    after = browser.get(
        f"/dashboard/{project.pk}/health/figures", {"have": piece.context["have"]}, headers=HTMX
    )
    assert "✕ Failed . The person chose not to connect." in text_of(after)
    assert f'href="/dashboard/{project.pk}/accounts/{tried.pk}">See what happened' in after.content.decode()
