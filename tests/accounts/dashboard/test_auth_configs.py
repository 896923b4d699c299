"""Auth configs in the dashboard: found, looked at, tested, changed, ended; by those who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ConnectedAccount, LinkSession, Status
from authconfigs.models import AuthConfig
from flowra.models import Event, Project, Role
from tests.factories import make_account, make_auth_config, make_external_user, make_project
from tests.staff import text_of

As = Callable[..., Client]
SECRET = "client-secret-0001"


@pytest.fixture
def developer(as_member: As) -> Client:
    return as_member(Role.DEVELOPER)


def url(project: Project, rest: str = "") -> str:
    return f"/dashboard/{project.pk}/auth-configs{rest}"


def of(auth_config: AuthConfig, rest: str = "") -> str:
    return url(auth_config.project, f"/{auth_config.pk}{rest}")


def test_a_project_without_any_is_led_to_the_first_set_up(project: Project, as_member: As) -> None:
    assert "Choose the first service" in text_of(as_member(Role.DEVELOPER).get(url(project)))
    looked = text_of(as_member(Role.VIEWER).get(url(project)))
    assert "No service is set up yet" in looked and "Choose the first service" not in looked


def test_the_list_tells_how_each_stands_and_its_accounts(project: Project, as_member: As) -> None:
    github = make_auth_config(project, display_name="Acme's GitHub")
    make_account(github)
    make_account(github, make_external_user(project, "other"), status=Status.EXPIRED)
    make_auth_config(project, "slack", failing_since=timezone.now(), failing_words="invalid_client")
    make_auth_config(project, "gmail", is_disabled=True)
    make_auth_config(make_project("Other"), "linear")
    told = text_of(as_member().get(url(project)))
    assert "Acme's GitHub" in told and "1 active , 1 needs the user" in told
    assert "✕ Slack refuses the app since just now" in told and "▬ Switched off" in told
    assert "Linear" not in told


def test_the_list_is_searched_and_narrowed_and_says_what_to_drop(project: Project, as_member: As) -> None:
    make_auth_config(project, display_name="Acme's GitHub")
    make_auth_config(project, "slack", is_disabled=True)
    browser = as_member()
    assert "Acme's GitHub" in text_of(browser.get(url(project, "?q=acme")))
    off = browser.get(url(project, "?state=off")).content.decode()
    assert off.count("whole-row") == 1 and "Slack" in off
    none = text_of(browser.get(url(project, "?q=nothing&toolkit=slack")))
    assert "None of the auth configs fits" in none and "“nothing”" in none and "the service" in none
    for nonsense in ("?page=99", "?page=-1", "?page=x", "?state=x", "?toolkit=x", "?page=9999999999999"):
        assert browser.get(url(project, nonsense)).status_code == 200


def test_the_list_asks_the_database_as_often_for_one_as_for_twenty(project: Project, as_member: As) -> None:
    browser = as_member()
    make_account(make_auth_config(project))
    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get(url(project))
    for number in range(20):
        make_account(make_auth_config(project, "slack"), make_external_user(project, f"u{number}"))
    with CaptureQueriesContext(connection) as many:
        browser.get(url(project))
    assert len(one) == len(many)


def test_many_are_shown_in_pages(project: Project, as_member: As) -> None:
    for _ in range(51):
        make_auth_config(project)
    first = as_member().get(url(project)).content.decode()
    assert first.count("whole-row") == 50 and "?page=2" in first


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT])
def test_who_may_only_look_sees_it_and_changes_nothing(project: Project, as_member: As, role: Role) -> None:
    made = make_auth_config(project)
    browser = as_member(role)
    page = browser.get(of(made))
    assert page.status_code == 200 and "Switch off" not in text_of(page) and "Edit" not in text_of(page)
    for rest in ("/edit", "/delete", "/test"):
        assert browser.get(of(made, rest)).status_code == 403
    for rest in ("/edit", "/delete", "/test", "/switch", "/connect"):
        assert browser.post(of(made, rest)).status_code == 403
    assert browser.get(url(project, "/new")).status_code == 403
    assert browser.get(url(project, "/new/github")).status_code == 403
    made.refresh_from_db()
    assert not made.is_disabled and made.deleted_at is None


def test_another_projects_is_not_there(project: Project, developer: Client) -> None:
    other = make_auth_config(make_project("Other"))
    for rest in ("", "/edit", "/delete"):
        assert developer.get(url(project, f"/{other.pk}{rest}")).status_code == 404
    assert developer.post(url(project, f"/{other.pk}/switch")).status_code == 404
    assert developer.get(of(other)).status_code == 404


def test_the_page_tells_what_it_is_and_no_secret(project: Project, developer: Client) -> None:
    made = make_auth_config(
        project, "slack", settings={"client_id": "client-1", "scopes": ["chat:write", "odd:scope"]}
    )
    for rest in ("", "/edit", "/delete"):
        answer = developer.get(of(made, rest))
        assert SECRET not in answer.content.decode()
    told = text_of(developer.get(of(made)))
    assert made.redirect_uri in told and "client-1" in told and "••••••••0001" in told
    assert "Send messages chat:write" in told and "odd:scope" in told
    assert "read your messages" not in told  # of a scope without words nothing is sure


def test_a_client_that_is_refused_is_told_with_whose_turn_it_is(project: Project, developer: Client) -> None:
    made = make_auth_config(project, "slack", failing_since=timezone.now(), failing_words="invalid_client_id")
    told = text_of(developer.get(of(made)))
    assert "Slack refuses the app" in told and "“invalid_client_id”" in told and "Your turn:" in told


def test_it_is_switched_off_and_on(project: Project, developer: Client) -> None:
    made = make_auth_config(project)
    assert "Switched off" in text_of(developer.post(of(made, "/switch"), {"to": "off"}, follow=True))
    assert AuthConfig.objects.get().is_disabled
    assert "It can be used again" in text_of(developer.post(of(made, "/switch"), {"to": "on"}, follow=True))
    assert not AuthConfig.objects.get().is_disabled
    assert developer.get(of(made, "/switch")).status_code == 405
    developer.post(of(made, "/switch"), {"to": "off"})
    off = developer.post(of(made, "/connect"))
    assert off.status_code == 409 and "Switch it on first" in text_of(off)
    for nonsense in ({}, {"to": "maybe"}):
        assert developer.post(of(made, "/switch"), nonsense).status_code == 400


def test_editing_keeps_a_secret_that_was_left_empty_and_stores_a_new_one(
    project: Project, developer: Client
) -> None:
    made = make_auth_config(project, settings={"client_id": "client-1", "scopes": ["read:user", "odd:one"]})
    form = {
        "display_name": "New name",
        "credential-client_id": "client-2",
        "credential-client_secret": "",
        "credential-scopes": ["repo"],
        "other_scopes": "odd:one\nodd:two",
        "raw_credentials": "never",
        "proxy_url": "",
    }
    shown = developer.get(of(made, "/edit")).content.decode()
    assert 'value="read:user" checked' in shown and "odd:one" in shown
    assert "Saved." in text_of(developer.post(of(made, "/edit"), form, follow=True))
    made.refresh_from_db()
    assert made.secrets == {"client_secret": SECRET}
    assert made.settings == {"client_id": "client-2", "scopes": ["repo", "odd:one", "odd:two"]}
    assert (made.display_name, made.raw_credentials) == ("New name", "never")
    developer.post(of(made, "/edit"), {**form, "credential-client_secret": "another-secret-0002"})
    made.refresh_from_db()
    assert made.secrets == {"client_secret": "another-secret-0002"}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"credential-client_id": ""}, "Is needed"),
        ({"credential-client_id": "ü"}, "printable ASCII"),
        ({"other_scopes": 'a"b'}, "must be one scope"),
        ({"credential-scopes": ["not-a-scope"]}, "not-a-scope"),
        ({"proxy_url": "http://169.254.169.254/"}, "Error"),
        ({"raw_credentials": "perhaps"}, "perhaps"),
        ({"display_name": "a" * 201}, "200"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    project: Project, developer: Client, wrong: dict[str, object], words: str
) -> None:
    made = make_auth_config(project)
    good = {"credential-client_id": "client-1", "raw_credentials": "scope"}
    answer = developer.post(of(made, "/edit"), {**good, **wrong})
    assert answer.status_code == 400
    assert "Please look at this again" in text_of(answer) and words in text_of(answer)
    assert not Event.objects.exists()


def test_deleting_one_that_is_in_use_says_what_it_touches_and_wants_it_ticked(
    project: Project, developer: Client
) -> None:
    made = make_auth_config(project)
    make_account(made, secrets={"access_token": "token-0001"})
    asked = text_of(developer.get(of(made, "/delete")))
    assert "1 account is connected through it, and is revoked with it" in asked
    assert developer.post(of(made, "/delete"), {"reason": "Moved"}).status_code == 400
    assert AuthConfig.live.exists()
    done = developer.post(of(made, "/delete"), {"reason": "Moved", "force": "on"}, follow=True)
    assert "and 1 account revoked" in text_of(done)
    assert not AuthConfig.live.exists() and not ConnectedAccount.live.exists()
    assert developer.get(of(made)).status_code == 404


def test_a_developer_connects_an_account_of_their_own(project: Project, developer: Client) -> None:
    made = make_auth_config(project)
    answer = developer.post(of(made, "/connect"))
    assert answer.status_code == 302 and "/connect/" in answer["Location"]
    session = LinkSession.objects.select_related("account__external_user").get()
    assert session.account is not None
    assert session.account.external_user.name == "developer@example.com"


def test_where_the_app_must_confirm_one_is_told_to_begin_there(project: Project, developer: Client) -> None:
    project.require_confirmation = True
    project.save()
    made = make_auth_config(project)
    assert "begin in your app" in text_of(developer.get(of(made)))
    assert developer.post(of(made, "/connect")).status_code == 400


def test_one_whose_toolkit_is_gone_is_still_seen(project: Project, developer: Client) -> None:
    made = make_auth_config(project, "no-longer-there")
    assert developer.get(of(made)).status_code == 200
    assert developer.get(url(project)).status_code == 200
    assert developer.get(of(made, "/edit")).status_code == 404
    assert "This could not be tested" in text_of(developer.post(of(made, "/test")))
