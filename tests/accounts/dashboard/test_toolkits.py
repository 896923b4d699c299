"""Toolkits in the dashboard: what can be connected, told honestly; and a project's own, made and changed by forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import ProjectToolkit
from flowra.models import Event, Project, Role
from tests.factories import make_auth_config, make_project, make_toolkit
from tests.provider import PracticeProvider
from tests.staff import text_of

As = Callable[..., Client]
KEYED = {
    "name": "Acme Desk",
    "slug": "acme-desk",
    "description": "Tickets of Acme.",
    "baseUrl": "http://127.0.0.1:9/v1",
    "authSchemes": ["API_KEY"],
    "keyIn": "header",
    "keyName": "X-Api-Key",
    "keyPrefix": "",
}


@pytest.fixture
def developer(as_member: As) -> Client:
    return as_member(Role.DEVELOPER)


def url(project: Project, rest: str = "") -> str:
    return f"/dashboard/{project.pk}/toolkits{rest}"


def test_all_are_listed_the_projects_own_marked(project: Project, as_member: As) -> None:
    make_toolkit(project, "acme-desk")
    make_toolkit(make_project("Other"), "others-desk")
    browser = as_member()
    told = text_of(browser.get(url(project)))
    assert all(toolkit.name in told for toolkit in all_toolkits().values())
    assert "Your own" in told and "Others Desk" not in told
    mine = text_of(browser.get(url(project, "?own=1")))
    assert "Acme Desk" in mine and "Slack" not in mine
    assert "No toolkit fits" in text_of(browser.get(url(project, "?q=myspace")))


def test_the_list_asks_the_database_as_often_for_one_as_for_twenty(project: Project, as_member: As) -> None:
    browser = as_member()
    make_toolkit(project, "desk-0")
    counts = []
    for more in (range(1), range(1, 21)):
        for number in more:
            make_toolkit(project, f"desk-{number + 1}")
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(url(project)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("slug", list(all_toolkits()))
def test_each_ones_page_tells_what_is_known_of_it(project: Project, as_member: As, slug: str) -> None:
    toolkit = all_toolkits()[slug]
    page = as_member().get(url(project, f"/{slug}"))
    told = text_of(page)
    assert page.status_code == 200 and toolkit.docs_url in told and toolkit.base_url in told
    assert all(name in told for name in (toolkit.scopes if toolkit.oauth2 else ()))
    assert "{app_name}" not in told and "Set up " + toolkit.name not in told
    if toolkit.oauth2 and toolkit.oauth2.revoke:
        assert f"Flowra can tell {toolkit.name} to forget a grant" in told
    elif toolkit.oauth2:
        assert f"Flowra cannot tell {toolkit.name}" in told and toolkit.revoke_page in told


def test_a_tools_arguments_are_told(project: Project, as_member: As) -> None:
    told = text_of(as_member().get(url(project, "/slack")))
    assert "SLACK_SEND_MESSAGE" in told and "channel Needed" in told


def test_a_developer_makes_one_of_keys_by_the_fields(project: Project, developer: Client) -> None:
    done = developer.post(url(project, "/own/new"), KEYED, follow=True)
    assert "Acme Desk was made" in text_of(done)
    assert ProjectToolkit.objects.get().definition == {
        "slug": "acme-desk",
        "name": "Acme Desk",
        "description": "Tickets of Acme.",
        "baseUrl": "http://127.0.0.1:9/v1",
        "authSchemes": ["API_KEY"],
        "apiKey": {"in": "header", "name": "X-Api-Key", "prefix": ""},
    }


def test_an_issuer_is_enough_for_sign_in(
    project: Project, developer: Client, provider: PracticeProvider
) -> None:
    sent = {
        "name": "Practice",
        "slug": "practice",
        "baseUrl": provider.origin,
        "authSchemes": ["OAUTH2"],
        "issuer": provider.origin,
        "defaultScopes": "openid\nemail",
    }
    developer.post(url(project, "/own/new"), sent)
    oauth2 = ProjectToolkit.objects.get().definition["oauth2"]
    assert oauth2["tokenUrl"].startswith(provider.origin) and oauth2["defaultScopes"] == ["openid", "email"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"slug": "slack"}, "Is one of Flowra's own toolkits"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"name": ""}, "required"),
        ({"baseUrl": "ftp://acme.example"}, "Must be a plain http or https URL"),
        ({"baseUrl": "http://169.254.169.254/"}, "Error"),
        ({"authSchemes": []}, "required"),
        ({"authSchemes": ["MAGIC"]}, "MAGIC"),
        ({"authSchemes": ["OAUTH2"]}, "Is needed: give it, or an issuer that tells it"),
        ({"authSchemes": ["OAUTH2"], "issuer": "http://127.0.0.1:1/"}, "Issuer: The service could not be"),
        ({"keyName": "no good"}, "Must be a header's name"),
    ],
)
def test_what_cannot_work_is_told_and_nothing_is_made(
    project: Project, developer: Client, wrong: dict[str, Any], words: str
) -> None:
    answer = developer.post(url(project, "/own/new"), {**KEYED, **wrong})
    assert answer.status_code == 400 and words in text_of(answer)
    assert not ProjectToolkit.objects.exists()


def test_by_json_all_that_the_api_takes_can_be_said(project: Project, developer: Client) -> None:
    definition = {
        "slug": "acme-desk",
        "name": "Acme Desk",
        "baseUrl": "https://{shop}.acme.example",
        "authSchemes": ["OAUTH2"],
        "oauth2": {
            "authorizationUrl": "https://{shop}.acme.example/a",
            "tokenUrl": "https://{shop}.acme.example/t",
            "identity": {"id": "user.id"},
        },
    }
    sent = {"definition": json.dumps(definition)}
    made = developer.post(url(project, "/own/new?as=json"), sent, follow=True)
    assert "was made" in text_of(made)
    assert ProjectToolkit.objects.get().definition == definition


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("{", "Line 1 is no JSON"),
        ("[]", "must be an object"),
        ('{"slug": NaN}', "no JSON that can be kept"),
        ("[" * 30_000, "no JSON that can be kept"),
        ("{}", "slug: is needed"),
        ('{"slug": 5, "name": "A", "baseUrl": "http://127.0.0.1:9"}', "slug: must be a text"),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": "OAUTH2"}',
            "authSchemes",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["NO_AUTH"], "x": 1}',
            "x: is unknown",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["OAUTH2"], "oauth2": []}',
            "oauth2",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["NO_AUTH"], "categories": 5}',
            "categories",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["NO_AUTH"], '
            '"authConfigDetails": [5]}',
            "authConfigDetails",
        ),
        (
            '{"slug": "a", "name": "\\u0000", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["NO_AUTH"]}',
            "name",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["NO_AUTH"], '
            '"logo": "\\ud800"}',
            "no JSON that can be kept",
        ),
        ('{"slug": "a", "name": "A", "baseUrl": "https://[", "authSchemes": ["NO_AUTH"]}', "baseUrl"),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["OAUTH2"], '
            '"oauth2": {"authorizationUrl": 5, "tokenUrl": {}}}',
            "oauth2",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["API_KEY"], "apiKey": {"in": []}}',
            "apiKey",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": [{}], "description": {}}',
            "authSchemes",
        ),
        (
            '{"slug": "a", "name": "A", "baseUrl": "http://127.0.0.1:9", "authSchemes": ["OAUTH2"], '
            '"oauth2": {"authorizationUrl": "http://127.0.0.1:9", "tokenUrl": "http://127.0.0.1:9", "identity": 7}}',
            "oauth2.identity",
        ),
    ],
)
def test_json_that_cannot_be_used_is_told_with_its_key(
    project: Project, developer: Client, definition: str, words: str
) -> None:
    answer = developer.post(url(project, "/own/new?as=json"), {"definition": definition})
    assert answer.status_code == 400 and words in text_of(answer)
    assert not ProjectToolkit.objects.exists()


def test_one_is_changed_and_what_the_fields_do_not_show_stays(project: Project, developer: Client) -> None:
    oauth2 = {
        "authorizationUrl": "http://127.0.0.1:9/a",
        "tokenUrl": "http://127.0.0.1:9/t",
        "identity": {"id": "user.id"},
        "authorizationParams": {"access_type": "offline"},
    }
    own = make_toolkit(
        project, "acme-desk", baseUrl="http://127.0.0.1:9", authSchemes=["OAUTH2"], oauth2=oauth2
    )
    page = developer.get(url(project, "/acme-desk/edit"))
    assert 'value="http://127.0.0.1:9/t"' in page.content.decode()
    sent = {
        "name": "Acme",
        "baseUrl": own.definition["baseUrl"],
        "authSchemes": ["OAUTH2"],
        "authorizationUrl": oauth2["authorizationUrl"],
        "tokenUrl": "http://127.0.0.1:9/t2",
        "keyIn": "header",
    }
    assert "Saved." in text_of(developer.post(url(project, "/acme-desk/edit"), sent, follow=True))
    own.refresh_from_db()
    assert own.name == "Acme"
    assert own.definition["oauth2"] == {**oauth2, "tokenUrl": "http://127.0.0.1:9/t2"}


def test_saving_what_did_not_change_asks_nobody_and_is_no_event(project: Project, developer: Client) -> None:
    own = make_toolkit(project, "acme-desk")
    sent = {
        "name": own.name,
        "baseUrl": own.definition["baseUrl"],
        "authSchemes": ["API_KEY"],
        "keyIn": "header",
    }
    assert developer.post(url(project, "/acme-desk/edit"), sent).status_code == 302
    definition = {"definition": json.dumps(own.definition)}
    assert developer.post(url(project, "/acme-desk/edit?as=json"), definition).status_code == 302
    assert not Event.objects.exists()


def test_one_is_switched_off_and_then_not_set_up(project: Project, developer: Client) -> None:
    make_toolkit(project, "acme-desk")
    told = text_of(developer.post(url(project, "/acme-desk/switch"), {"to": "off"}, follow=True))
    assert "nothing new can be set up" in told and "Set up Acme Desk" not in told
    assert "Acme Desk" not in text_of(developer.get(f"/dashboard/{project.pk}/auth-configs/new"))


def test_one_that_is_used_is_not_deleted_and_one_that_is_not_is(project: Project, developer: Client) -> None:
    make_toolkit(project, "acme-desk")
    used = make_auth_config(project, "acme-desk", auth_scheme="API_KEY")
    assert "1 auth config uses it" in text_of(developer.get(url(project, "/acme-desk/delete")))
    assert developer.post(url(project, "/acme-desk/delete")).status_code == 409
    used.delete()
    developer.post(url(project, "/acme-desk/delete"))
    assert not ProjectToolkit.objects.exists()


def test_the_catalogues_are_nobodys_to_change(project: Project, developer: Client) -> None:
    for rest in ("/slack/edit", "/slack/delete"):
        assert developer.get(url(project, rest)).status_code == 403
    assert developer.post(url(project, "/slack/switch"), {"to": "off"}).status_code == 403
    assert developer.get(url(project, "/myspace/edit")).status_code == 404
    assert developer.get(url(project, "/myspace")).status_code == 404


def test_who_may_only_look_makes_and_changes_none(project: Project, as_member: As) -> None:
    make_toolkit(project, "acme-desk")
    browser = as_member(Role.SUPPORT)
    page = text_of(browser.get(url(project, "/acme-desk")))
    assert "Edit" not in page and "Set up Acme Desk" not in page
    for rest in ("/own/new", "/acme-desk/edit", "/acme-desk/delete"):
        assert browser.get(url(project, rest)).status_code == 403
    for rest in ("/own/new", "/acme-desk/edit", "/acme-desk/delete", "/acme-desk/switch"):
        assert browser.post(url(project, rest), KEYED).status_code == 403
