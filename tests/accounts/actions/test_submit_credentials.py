"""A key or a password typed into the page: tried at the service, then stored; the link is good once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actions.connection_values import fields_to_ask
from accounts.actions.find_link import find_link
from accounts.actions.start_link import StartedLink
from accounts.actions.submit_credentials import submit_credentials
from accounts.models import Credential, LinkSession, LinkState, Status
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.errors import Gone, InvalidInput
from tests.accounts.acme import BACK, Acme, Browser, query_of, reread

KEY = "practice-key-0123456789"


def service_with(acme: Acme, scheme: str, **definition: Any) -> AuthConfig:
    """An auth config of another scheme, at the practice provider."""
    slug = scheme.lower().replace("_", "-")
    ProjectToolkit.objects.create(
        project=acme.project,
        slug=slug,
        name="Practice",
        definition={
            "slug": slug,
            "name": "Practice",
            "baseUrl": acme.provider.origin,
            "authSchemes": [scheme],
            "getCurrentUserEndpoint": "/api/key-check",
            **definition,
        },
    )
    return AuthConfig.objects.create(
        project=acme.project, toolkit_slug=slug, name=f"{slug}-test", auth_scheme=scheme
    )


def submit(link: StartedLink, browser: Browser | None = None, /, **typed: str) -> Any:
    return submit_credentials(find_link(link.token), (browser or Browser()).cookie, typed)


def test_a_key_that_the_service_accepts_connects_the_account(acme: Acme) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk)
    ending = submit(link, api_key=KEY)
    account = reread(link.account)
    assert (ending.outcome, account.status) == ("success", Status.ACTIVE)
    assert query_of(ending.redirect_to)["status"] == "success"
    assert account.identity_email == "sales@example.com"
    assert account.secret_names == ["api_key"]
    assert account.scopes_granted is None
    assert Credential.objects.get(pk=account.pk).secrets == {"api_key": KEY}


@pytest.mark.parametrize(
    "place",
    [
        {"in": "header", "name": "X-Practice-Key"},
        {"in": "query", "name": "api_key"},
        {"in": "header", "name": "Authorization", "prefix": "Bearer "},
    ],
)
def test_the_key_goes_where_the_service_wants_it(acme: Acme, place: dict[str, str]) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY", apiKey=place).pk)
    assert submit(link, api_key=KEY).outcome == "success"


def test_a_user_name_and_password_are_tried_as_http_basic(acme: Acme) -> None:
    link = acme.link(auth_config_id=service_with(acme, "BASIC").pk)
    assert submit(link, username="practice", password="practice-password").outcome == "success"
    account = reread(link.account)
    assert account.connection_data == {"username": "practice"}
    assert account.secret_names == ["password"]


def test_a_bearer_token_is_tried_as_one(acme: Acme) -> None:
    link = acme.link(auth_config_id=service_with(acme, "BEARER_TOKEN").pk)
    assert submit(link, token=KEY).outcome == "success"


def test_a_service_without_authentication_asks_nothing(acme: Acme) -> None:
    link = acme.link(auth_config_id=service_with(acme, "NO_AUTH").pk)
    assert fields_to_ask(find_link(link.token)) == ()
    assert submit(link).outcome == "success"


def test_a_key_that_the_service_refuses_leaves_the_link_good(acme: Acme) -> None:
    link, browser = acme.link(auth_config_id=service_with(acme, "API_KEY").pk), Browser()
    with pytest.raises(InvalidInput) as refusal:
        submit(link, browser, api_key="wrong-key")
    assert refusal.value.errors[0].field == "api_key"
    assert "wrong-key" not in str(refusal.value)
    assert not Credential.objects.exists()
    assert reread(link.account).status == Status.INITIATED
    assert submit(link, browser, api_key=KEY).outcome == "success"


def test_a_service_that_is_down_leaves_the_link_good_and_says_so(acme: Acme) -> None:
    link, browser = acme.link(auth_config_id=service_with(acme, "API_KEY").pk), Browser()
    for kind in ("reset", "status"):
        acme.provider.fail("/api/key-check", kind, status=503)
        with pytest.raises(InvalidInput) as refusal:
            submit(link, browser, api_key=KEY)
        assert "Try again" in refusal.value.message
    assert submit(link, browser, api_key=KEY).outcome == "success"


@pytest.mark.parametrize("typed", [{}, {"api_key": ""}, {"api_key": "   "}])
def test_an_empty_form_names_the_field(acme: Acme, typed: dict[str, str]) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk)
    with pytest.raises(InvalidInput) as refusal:
        submit(link, **typed)
    assert [problem.field for problem in refusal.value.errors] == ["api_key"]
    assert LinkSession.objects.get().state == LinkState.OPEN


@pytest.mark.parametrize("key", ["two\r\nlines", "nul\x00", "k" * 9000, "\ud800", "‮reversed"])
def test_a_key_that_cannot_be_sent_is_refused_before_anything_is_asked(acme: Acme, key: str) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk)
    with pytest.raises(InvalidInput) as refusal:
        submit(link, api_key=key)
    assert refusal.value.errors[0].field == "api_key"
    assert len(acme.provider.calls) == 0


def test_another_browser_cannot_submit_what_the_first_has(acme: Acme) -> None:
    link, first = acme.link(auth_config_id=service_with(acme, "API_KEY").pk), Browser()
    with pytest.raises(InvalidInput):
        submit(link, first, api_key="wrong-key")
    with pytest.raises(Gone) as refusal:
        submit(link, Browser(), api_key=KEY)
    assert refusal.value.problem_code == "wrong_browser"


def test_a_used_link_takes_no_second_key(acme: Acme) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk)
    submit(link, api_key=KEY)
    with pytest.raises(Gone):
        submit(link, api_key=KEY)


def test_a_key_that_the_app_gave_is_not_asked_for_and_never_in_the_clear(acme: Acme) -> None:
    auth_config = service_with(acme, "API_KEY")
    link = acme.link(auth_config_id=auth_config.pk, connection_data={"api_key": KEY})
    session = find_link(link.token)
    assert fields_to_ask(session) == ()
    assert KEY not in str(session.connection_data)
    assert submit(link).outcome == "success"
    assert LinkSession.objects.get().prefilled == {}


def test_what_the_app_gave_cannot_be_overwritten_by_the_form(acme: Acme) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk, connection_data={"api_key": KEY})
    submit(link, api_key="another")
    assert Credential.objects.get().secrets == {"api_key": KEY}


@pytest.mark.parametrize(
    "data", [{"colour": "red"}, {"api_key": 7.5}, {"api_key": None}, {"api_key": ""}, {"api_key": ["x"]}]
)
def test_connection_data_that_will_not_do_is_refused_by_name(acme: Acme, data: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        acme.link(auth_config_id=service_with(acme, "API_KEY").pk, connection_data=data)
    assert refusal.value.errors[0].field == f"connectionData.{next(iter(data))}"


def test_a_key_has_no_scopes_to_ask_for(acme: Acme) -> None:
    with pytest.raises(InvalidInput) as refusal:
        acme.link(auth_config_id=service_with(acme, "API_KEY").pk, scopes=["read"], callback_url=BACK)
    assert refusal.value.errors[0].field == "scopes"
