"""The test button: what was checked, and which of the two sides is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from authconfigs.models import AuthConfig
from flowra.models import Project, Role
from tests.accounts.dashboard.at_practice import at_practice
from tests.factories import make_auth_config, make_toolkit
from tests.provider import PracticeProvider
from tests.provider.faults import Fault, Kind
from tests.staff import text_of


@pytest.fixture
def developer(as_member: Callable[..., Client]) -> Client:
    return as_member(Role.DEVELOPER)


def of(auth_config: AuthConfig, rest: str) -> str:
    return f"/dashboard/{auth_config.project_id}/auth-configs/{auth_config.pk}{rest}"


def test_a_test_of_a_good_client_says_so(
    project: Project, developer: Client, provider: PracticeProvider
) -> None:
    made = at_practice(project, provider)
    told = text_of(developer.post(of(made, "/test")))
    assert "Practice knows your app" in told and "● Right Practice knows this client." in told


def test_a_test_says_that_the_client_is_wrong_here(
    project: Project, developer: Client, provider: PracticeProvider
) -> None:
    made = at_practice(project, provider)
    made.secrets = {"client_secret": "not-the-right-one-0001"}
    made.save()
    answer = developer.post(of(made, "/test"), headers={"HX-Request": "true"})
    told = text_of(answer)
    assert "Practice refuses the client: mend it here" in told and "invalid_client" in told
    assert b"<html" not in answer.content and b"not-the-right-one" not in answer.content


def test_a_test_says_that_the_redirect_uri_is_wrong_there(
    project: Project, developer: Client, provider: PracticeProvider
) -> None:
    made = at_practice(project, provider)
    other = provider.register_client(redirect_uris=["https://elsewhere.example/callback"], name="Acme")
    made.settings = {"client_id": other.client_id}
    made.secrets = {"client_secret": other.client_secret}
    made.save()
    told = text_of(developer.post(of(made, "/test")))
    assert "Practice does not take the redirect URI: mend it in Practice's console" in told
    assert made.redirect_uri in told


def test_a_service_that_does_not_answer_is_not_blamed_on_the_client(
    project: Project, developer: Client
) -> None:
    make_toolkit(
        project,
        "gone",
        authSchemes=["OAUTH2"],
        oauth2={"authorizationUrl": "http://127.0.0.1:1/a", "tokenUrl": "http://127.0.0.1:1/t"},
    )
    told = text_of(developer.post(of(make_auth_config(project, "gone"), "/test")))
    assert "Gone cannot be reached" in told and "neither your client nor your redirect URI" in told


@pytest.mark.parametrize(
    ("fault", "headline", "advice"),
    [
        (
            Fault("/token", Kind.BODY, status=200, words="<html>Hello"),
            "Practice is not at its address: mend it here",
            "Look at the addresses of your toolkit Practice. If that is right",
        ),
        (Fault("/token", Kind.STATUS, status=500), "Practice is in trouble", "Test again in a few minutes."),
        (Fault("/token", Kind.STATUS, status=429), "▲ Practice asks to wait", "says nothing of your client"),
    ],
)
def test_what_to_do_is_said_for_each_trouble(
    project: Project, developer: Client, provider: PracticeProvider, fault: Fault, headline: str, advice: str
) -> None:
    made = at_practice(project, provider)
    provider.faults.add(fault)
    page = developer.post(of(made, "/test"))
    told = text_of(page)
    assert headline in told and advice in told
    assert "Practice's token endpoint" in told and "Client ID and secret ✕" not in told
    link = f"/dashboard/{project.pk}/toolkits/practice/edit"
    assert (link in page.content.decode()) == ("address" in headline)


def test_a_proxy_of_the_auth_configs_own_is_named_where_nothing_comes_back(
    project: Project, developer: Client, provider: PracticeProvider
) -> None:
    made = at_practice(project, provider)
    made.proxy_url = "http://127.0.0.1:1"
    made.save()
    assert "go through the proxy at 127.0.0.1" in text_of(developer.post(of(made, "/test")))


def test_an_operators_client_that_was_taken_away_is_told(project: Project, developer: Client) -> None:
    made = make_auth_config(project, "slack", is_provider_managed=True, settings={}, secrets={})
    told = text_of(developer.post(of(made, "/test"), headers={"HX-Request": "true"}))
    assert "The operator of this Flowra has no client for slack any more" in told
