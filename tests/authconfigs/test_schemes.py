"""The auth schemes: what they ask for, and how they sign a request."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from authconfigs.catalogue.coherence import SCHEMES as SCHEMES_OF_TOOLKITS
from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.toolkit import ApiKeyPlace, Field, Toolkit
from authconfigs.schemes import SCHEMES, scheme_named
from authconfigs.schemes.details import auth_config_details
from flowra.errors import InvalidInput

ACME = Toolkit(slug="acme", name="Acme", base_url="https://api.acme.example", auth_schemes=("API_KEY",))
SECRETS = {"access_token": "at-1", "api_key": "key-1", "username": "me", "password": "pw-1", "token": "tok-1"}


def test_there_are_five_schemes_and_more_are_refused_by_name() -> None:
    assert set(SCHEMES) == {"OAUTH2", "API_KEY", "BASIC", "BEARER_TOKEN", "NO_AUTH"}
    for name in ("OAUTH1", "GOOGLE_SERVICE_ACCOUNT", "oauth2", ""):
        with pytest.raises(InvalidInput) as caught:
            scheme_named(name)
        assert [each.field for each in caught.value.errors] == ["authScheme"]


def test_a_toolkit_may_name_exactly_these_schemes() -> None:
    assert set(SCHEMES_OF_TOOLKITS) == set(SCHEMES)


def test_oauth_signs_with_the_access_token() -> None:
    signature = scheme_named("OAUTH2").signed_headers(ACME, SECRETS)
    assert (signature.headers, signature.params) == ({"Authorization": "Bearer at-1"}, {})


def test_a_key_goes_into_the_header_that_the_service_names() -> None:
    toolkit = replace(ACME, api_key=ApiKeyPlace(name="X-Api-Key", prefix=""))
    assert scheme_named("API_KEY").signed_headers(toolkit, SECRETS).headers == {"X-Api-Key": "key-1"}


def test_a_key_goes_into_the_query_where_the_service_wants_it_there() -> None:
    toolkit = replace(ACME, api_key=ApiKeyPlace(place="query", name="key", prefix=""))
    signature = scheme_named("API_KEY").signed_headers(toolkit, SECRETS)
    assert (signature.headers, signature.params) == ({}, {"key": "key-1"})


def test_openai_takes_its_key_as_a_bearer() -> None:
    signature = scheme_named("API_KEY").signed_headers(all_toolkits()["openai"], {"api_key": "sk-proj-abc"})
    assert signature.headers == {"Authorization": "Bearer sk-proj-abc"}


def test_basic_signs_as_rfc_7617_has_it() -> None:
    values = {"username": "Aladdin", "password": "open sesame"}
    signature = scheme_named("BASIC").signed_headers(ACME, values)
    assert signature.headers == {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}


def test_basic_sends_a_password_beyond_ascii_in_utf_8() -> None:
    signature = scheme_named("BASIC").signed_headers(ACME, {"username": "test", "password": "123£"})
    assert base64.b64decode(signature.headers["Authorization"].removeprefix("Basic ")) == "test:123£".encode()


def test_a_pasted_token_is_a_bearer_and_no_auth_signs_nothing() -> None:
    assert scheme_named("BEARER_TOKEN").signed_headers(ACME, SECRETS).headers == {
        "Authorization": "Bearer tok-1"
    }
    nothing = scheme_named("NO_AUTH").signed_headers(ACME, SECRETS)
    assert (nothing.headers, nothing.params) == ({}, {})


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        ("OAUTH2", "access_token"),
        ("API_KEY", "api_key"),
        ("BASIC", "username"),
        ("BASIC", "password"),
        ("BEARER_TOKEN", "token"),
    ],
)
@pytest.mark.parametrize("value", ["", "a\r\nX-Admin: 1", "a\nb", "a\x00b", " a", "a ", "\x7f"])
def test_no_value_splits_or_leaves_its_header(scheme: str, name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        scheme_named(scheme).signed_headers(ACME, {**SECRETS, name: value})
    assert [each.field for each in caught.value.errors] == [name]
    assert value.strip() == "" or value not in str(caught.value)


@pytest.mark.parametrize(
    ("scheme", "name"), [("OAUTH2", "access_token"), ("API_KEY", "api_key"), ("BEARER_TOKEN", "token")]
)
def test_what_is_not_ascii_cannot_stand_in_a_header(scheme: str, name: str) -> None:
    with pytest.raises(InvalidInput):
        scheme_named(scheme).signed_headers(ACME, {**SECRETS, name: "schlüssel"})


def test_a_user_name_with_a_colon_would_be_another_user_and_password() -> None:
    with pytest.raises(InvalidInput) as caught:
        scheme_named("BASIC").signed_headers(ACME, {**SECRETS, "username": "me:too"})
    assert [each.field for each in caught.value.errors] == ["username"]


def test_no_signature_shows_its_secret() -> None:
    for name in SCHEMES:
        signature = scheme_named(name).signed_headers(ACME, SECRETS)
        assert not [secret for secret in SECRETS.values() if secret in repr(signature)]


def test_secrets_are_marked_and_kept_under_their_names() -> None:
    for scheme in SCHEMES.values():
        secret = {each.name for each in scheme.account_fields(ACME) if each.secret}
        assert secret <= set(scheme.secret_fields)
        assert all((each.type == "password") == each.secret for each in scheme.account_fields(ACME))


def test_only_oauth_sends_people_away_and_renews() -> None:
    assert [name for name, scheme in SCHEMES.items() if scheme.needs_redirect] == ["OAUTH2"]
    assert [name for name, scheme in SCHEMES.items() if scheme.refreshes] == ["OAUTH2"]


def test_the_form_calls_a_field_what_the_service_calls_it() -> None:
    fields = scheme_named("BASIC").account_fields(all_toolkits()["twilio"])
    assert [(each.name, each.display_name) for each in fields] == [
        ("username", "Account SID"),
        ("password", "Auth Token"),
    ]
    (key,) = scheme_named("API_KEY").account_fields(all_toolkits()["openai"])
    assert key.display_name == "OpenAI API key" and "platform.openai.com" in key.where


def test_an_auth_config_for_slack_asks_for_both_kinds_of_scopes() -> None:
    names = [each.name for each in scheme_named("OAUTH2").auth_config_fields(all_toolkits()["slack"])]
    assert names == ["client_id", "client_secret", "scopes", "user_scopes"]


def test_an_auth_config_for_outlook_may_name_a_tenant_and_no_person_is_asked_for_it() -> None:
    outlook = all_toolkits()["outlook"]
    (tenant,) = [each for each in scheme_named("OAUTH2").auth_config_fields(outlook) if each.name == "tenant"]
    assert (tenant.required, tenant.default) == (False, "common")
    assert outlook.connection_fields == ()


def test_a_public_client_is_asked_for_no_secret() -> None:
    github = all_toolkits()["github"]
    assert github.oauth2
    public = replace(github, oauth2=replace(github.oauth2, token_auth_method="none"))
    assert "client_secret" not in [each.name for each in scheme_named("OAUTH2").auth_config_fields(public)]


@pytest.mark.parametrize("slug", list(all_toolkits()))
def test_details_have_the_same_shape_for_every_toolkit(slug: str) -> None:
    toolkit = all_toolkits()[slug]
    details = auth_config_details(toolkit)
    assert [each["authScheme"] for each in details] == list(toolkit.auth_schemes)
    for each in details:
        for field in [*each["authConfigCreation"], *each["connectedAccountInitiation"]]:
            assert set(field) == {"name", "displayName", "type", "description", "required", "default"}


def test_details_of_zendesk_say_that_a_subdomain_is_needed_to_connect() -> None:
    (details,) = auth_config_details(all_toolkits()["zendesk"])
    (subdomain,) = details["connectedAccountInitiation"]
    assert subdomain == {
        "name": "subdomain",
        "displayName": "Zendesk subdomain",
        "type": "string",
        "description": "The first part of your Zendesk address.",
        "required": True,
        "default": None,
    }


def test_a_toolkits_own_field_replaces_only_the_field_of_its_name() -> None:
    own: Any = Field(name="password", display_name="Secret word", type="password", secret=True)
    fields = scheme_named("BASIC").account_fields(replace(ACME, key_fields=(own,)))
    assert [each.display_name for each in fields] == ["User name", "Secret word"]
