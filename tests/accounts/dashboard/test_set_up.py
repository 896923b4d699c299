"""The guided set-up: the redirect URI that is shown first is the one that works at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from authconfigs.actions.reserve_id import reserve_id
from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import AuthConfig
from flowra.models import Event, Project, Role
from tests.factories import make_project, make_toolkit
from tests.staff import text_of

As = Callable[..., Client]
TYPED = {
    "credential-client_id": "client-1",
    "credential-client_secret": "client-secret-0001",
    "credential-scopes": ["read:user"],
    "raw_credentials": "scope",
    "display_name": "Ours",
}


@pytest.fixture
def developer(as_member: As) -> Client:
    return as_member(Role.DEVELOPER)


def url(project: Project, rest: str = "") -> str:
    return f"/dashboard/{project.pk}/auth-configs/new{rest}"


def opened(browser: Client, project: Project, slug: str) -> tuple[str, Any]:
    """The address of the set-up with its reserved id, and the page."""
    first = browser.get(url(project, f"/{slug}"))
    assert first.status_code == 302
    return first["Location"], browser.get(first["Location"])


def uri_on(page: Any) -> str:
    found = re.search(r'<code id="redirect-uri"[^>]*>([^<]+)</code>', page.content.decode())
    assert found
    return found[1]


def test_every_service_can_be_chosen_found_and_told_apart(project: Project, developer: Client) -> None:
    make_toolkit(project, "acme-desk")
    told = text_of(developer.get(url(project)))
    assert all(toolkit.name in told for toolkit in all_toolkits().values()) and "Acme Desk" in told
    found = text_of(developer.get(url(project, "?q=gmail")))
    assert "Gmail" in found and "Slack" not in found
    mail = text_of(developer.get(url(project, "?category=email")))
    assert "Outlook" in mail and "GitHub" not in mail
    assert "No service fits" in text_of(developer.get(url(project, "?q=myspace")))


@pytest.mark.parametrize("slug", list(all_toolkits()))
def test_each_services_page_has_its_steps_and_one_address_to_paste(
    project: Project, developer: Client, slug: str
) -> None:
    toolkit = all_toolkits()[slug]
    page = developer.get(url(project, f"/{slug}"), follow=True)
    body = page.content.decode()
    assert page.status_code == 200 and toolkit.setup.console_url.replace("&", "&amp;") in body
    assert body.count("<li>") >= len(toolkit.setup.steps) >= 3
    assert "{" not in text_of(page)
    assert body.count('id="redirect-uri"') == (1 if toolkit.oauth2 else 0)


def test_the_redirect_uri_shown_first_is_the_one_that_is_stored(project: Project, developer: Client) -> None:
    address, page = opened(developer, project, "github")
    shown = uri_on(page)
    assert uri_on(developer.get(address)) == shown
    done = developer.post(address, TYPED)
    made = AuthConfig.objects.get()
    assert done["Location"] == f"/dashboard/{project.pk}/auth-configs/{made.pk}?made"
    assert made.redirect_uri == shown
    assert made.secrets == {"client_secret": "client-secret-0001"}
    assert made.settings == {"client_id": "client-1", "scopes": ["read:user"]}
    assert "Two steps are left" in text_of(developer.get(done["Location"]))
    assert [each.type for each in Event.objects.all()] == ["auth_config.created"]


def test_who_leaves_and_comes_back_is_shown_the_same_address(project: Project, developer: Client) -> None:
    first, page = opened(developer, project, "github")
    again, _ = opened(developer, project, "github")
    assert again == first
    developer.post(first, TYPED)
    fresh, other = opened(developer, project, "github")
    assert uri_on(other) != uri_on(page) and fresh != first


def test_a_wrong_form_says_so_keeps_the_address_and_shows_no_secret(
    project: Project, developer: Client
) -> None:
    address, page = opened(developer, project, "github")
    wrong = developer.post(address, {**TYPED, "credential-client_id": ""})
    assert wrong.status_code == 400 and "Client ID: Is needed" in text_of(wrong)
    assert uri_on(wrong) == uri_on(page) and b"client-secret-0001" not in wrong.content
    assert not AuthConfig.objects.exists()


def test_a_button_pressed_twice_makes_one(project: Project, developer: Client) -> None:
    address, _ = opened(developer, project, "github")
    developer.post(address, TYPED)
    again = developer.post(address, TYPED, follow=True)
    assert "This one was made already" in text_of(again)
    assert AuthConfig.objects.count() == 1
    assert developer.get(address)["Location"].endswith(AuthConfig.objects.get().pk)


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["another project's", "another toolkit's", "changed", "made up", "plain"])
def test_nobody_chooses_an_id(project: Project, developer: Client, kind: str) -> None:
    good = reserve_id(project, "github")
    token = {
        "another project's": reserve_id(make_project("Other"), "github"),
        "another toolkit's": reserve_id(project, "slack"),
        "changed": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "made up": "x" * 300,
        "plain": "ac_01k00000000000000000000000",
    }[kind]
    for answer in (
        developer.get(url(project, f"/github?for={token}")),
        developer.post(url(project, f"/github?for={token}"), TYPED),
    ):
        assert answer.status_code == 400 and "Begin the set-up anew" in text_of(answer)
    assert not AuthConfig.objects.exists()


def test_a_colleague_finishes_what_another_began(project: Project, as_member: As) -> None:
    address, page = opened(as_member(Role.DEVELOPER), project, "github")
    as_member(Role.OWNER).post(address, TYPED)
    assert AuthConfig.objects.get().redirect_uri == uri_on(page)


def test_with_keys_there_is_nothing_to_register(project: Project, developer: Client) -> None:
    address, page = opened(developer, project, "openai")
    told = text_of(page)
    assert "people bring their own" in told and "Create new secret key" in told
    developer.post(address, {"raw_credentials": "scope"})
    assert AuthConfig.objects.get().auth_scheme == "API_KEY"


def test_an_own_toolkit_is_set_up_by_what_holds_everywhere(project: Project, developer: Client) -> None:
    make_toolkit(
        project,
        "acme-desk",
        authSchemes=["OAUTH2", "API_KEY"],
        oauth2={"authorizationUrl": "https://acme.example/a", "tokenUrl": "https://acme.example/t"},
    )
    _, page = opened(developer, project, "acme-desk")
    assert "register an OAuth app" in text_of(page) and "API key instead" in text_of(page)
    keyed = developer.get(url(project, "/acme-desk?scheme=API_KEY"), follow=True)
    assert "people bring their own" in text_of(keyed)


@pytest.fixture
def slack_of_the_operator(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "clients.toml"
    path.write_text('[slack]\nclient_id = "op"\nclient_secret = "operators-secret-0001"\n')
    settings.FLOWRA_MANAGED_CLIENTS = str(path)


@pytest.mark.usefixtures("slack_of_the_operator")
def test_the_operators_client_is_offered_first_and_needs_one_press(
    project: Project, developer: Client
) -> None:
    assert "No set-up needed" in text_of(developer.get(url(project)))
    address, page = opened(developer, project, "slack")
    assert "Use the Slack app of this Flowra" in text_of(page)
    done = developer.post(address, {"managed": "1"}, follow=True)
    made = AuthConfig.objects.get()
    assert made.is_provider_managed and made.secrets == {}
    assert "operators-secret" not in done.content.decode()


def test_where_there_is_no_operators_client_none_is_used(project: Project, developer: Client) -> None:
    address, page = opened(developer, project, "slack")
    assert "No set-up needed" not in text_of(page)
    assert developer.post(address, {"managed": "1"}).status_code == 400
    assert not AuthConfig.objects.exists()


@pytest.mark.parametrize("slug", ["myspace", "a" * 60, "ü", "%00"])
def test_a_service_that_is_not_there_is_told(project: Project, developer: Client, slug: str) -> None:
    assert developer.get(url(project, f"/{slug}")).status_code in (400, 404)
