"""A project's own toolkit: the contract's JSON becomes a toolkit, or is told what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from authconfigs.catalogue.definition import toolkit_from_definition
from authconfigs.catalogue.toolkit import Toolkit
from flowra.errors import InvalidInput

OAUTH: dict[str, Any] = {
    "slug": "acme-crm",
    "name": "Acme CRM",
    "description": "Customers\nof Acme.",
    "baseUrl": "https://api.acme.example/v1",
    "authSchemes": ["OAUTH2"],
    "categories": ["crm"],
    "getCurrentUserEndpoint": "me",
    "oauth2": {
        "authorizationUrl": "https://acme.example/authorize",
        "tokenUrl": "https://acme.example/token",
        "revocationUrl": "https://acme.example/revoke",
        "userinfoUrl": "https://acme.example/userinfo",
        "defaultScopes": ["read", "write"],
        "scopeSeparator": ",",
        "tokenAuthMethod": "client_secret_basic",
        "authorizationParams": {"access_type": "offline"},
        "tokenParams": {"audience": "api"},
        "identity": {"id": "data.user.id", "name": "data.user.name"},
    },
}


def read(**changes: Any) -> Toolkit:
    return toolkit_from_definition({**OAUTH, **changes}, id="tk_1")


def with_oauth(**changes: Any) -> dict[str, Any]:
    return {**OAUTH["oauth2"], **changes}


def test_a_definition_is_a_toolkit_with_an_id() -> None:
    acme = read()
    assert (acme.id, acme.slug, acme.name, acme.description) == (
        "tk_1",
        "acme-crm",
        "Acme CRM",
        "Customers of Acme.",
    )
    assert acme.oauth2 and acme.oauth2.revoke and acme.identity and acme.identity.call and acme.test_call
    assert acme.oauth2.token_url == "https://acme.example/token"
    assert (acme.oauth2.scope_separator, acme.oauth2.default_scopes) == (",", ("read", "write"))
    assert acme.oauth2.token_auth_method == "client_secret_basic"
    assert dict(acme.oauth2.authorization_params) == {"access_type": "offline"}
    assert dict(acme.oauth2.token_params) == {"audience": "api"}
    assert acme.oauth2.revoke.url == "https://acme.example/revoke"
    assert acme.identity.call.url == "https://acme.example/userinfo"
    assert (acme.identity.id, acme.identity.email[0]) == (("data.user.id",), "email")
    assert acme.test_call.url == "/me"


def test_what_discovery_found_is_part_of_the_definition() -> None:
    acme = read(oauth2=with_oauth(issuer="https://acme.example", sendsIss=True, pkce=False))
    assert acme.oauth2
    assert (acme.oauth2.issuer, acme.oauth2.sends_iss, acme.oauth2.pkce) == (
        "https://acme.example",
        True,
        False,
    )


def test_without_a_place_to_ask_the_id_token_tells_who_it_is() -> None:
    oauth2 = with_oauth()
    del oauth2["userinfoUrl"]
    definition = {**OAUTH, "oauth2": oauth2}
    del definition["getCurrentUserEndpoint"]
    acme = toolkit_from_definition(definition, id="tk_1")
    assert acme.identity and acme.identity.source == "id_token"


def test_a_key_goes_where_the_definition_says() -> None:
    acme = read(oauth2=None, authSchemes=["API_KEY"], apiKey={"in": "query", "name": "key"})
    assert acme.api_key
    assert (acme.api_key.place, acme.api_key.name, acme.api_key.prefix) == ("query", "key", "")


def test_a_name_in_a_url_is_asked_of_everyone_who_connects() -> None:
    acme = read(baseUrl="https://{shop_name}.acme.example/v1")
    assert [(each.name, each.display_name) for each in acme.connection_fields] == [("shop_name", "Shop name")]


def test_fields_of_the_details_are_asked_for_and_those_of_the_scheme_are_not_doubled() -> None:
    details = [
        {
            "authScheme": "OAUTH2",
            "authConfigCreation": [
                {"name": "client_id", "displayName": "Client", "type": "string", "required": True},
                {
                    "name": "region",
                    "displayName": "Region",
                    "type": "string",
                    "required": True,
                    "default": "eu",
                },
            ],
            "connectedAccountInitiation": [
                {"name": "pin", "displayName": "PIN", "type": "password", "description": "Four digits"}
            ],
        }
    ]
    acme = read(baseUrl="https://{region}.acme.example", authConfigDetails=details)
    assert [(each.name, each.default) for each in acme.config_fields] == [("region", "eu")]
    assert [(each.name, each.secret) for each in acme.connection_fields] == [("pin", True)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Acme CRM"}, "slug"),
        ({"slug": 3}, "slug"),
        ({"baseUrl": "ftp://acme.example"}, "baseUrl"),
        ({"baseUrl": "https://me:pw@acme.example"}, "baseUrl"),
        ({"baseUrl": "api.acme.example"}, "baseUrl"),
        ({"authSchemes": []}, "authSchemes"),
        ({"authSchemes": ["MAGIC"]}, "authSchemes.0"),
        ({"authSchemes": ["API_KEY"]}, "oauth2"),
        ({"oauth2": None}, "oauth2"),
        ({"logo": "data:image/svg+xml,x"}, "logo"),
        ({"categories": "crm"}, "categories"),
        ({"getCurrentUserEndpoint": "https://me@acme.example/me"}, "getCurrentUserEndpoint"),
        ({"oauth2": with_oauth(tokenUrl="javascript:alert(1)")}, "oauth2.tokenUrl"),
        ({"oauth2": with_oauth(tokenUrl=None)}, "oauth2.tokenUrl"),
        ({"oauth2": with_oauth(tokenUrl=["https://acme.example"])}, "oauth2.tokenUrl"),
        ({"oauth2": with_oauth(revocationUrl="//acme.example")}, "oauth2.revocationUrl"),
        ({"oauth2": with_oauth(userinfoUrl="https://{x.acme.example")}, "oauth2.userinfoUrl"),
        ({"oauth2": with_oauth(tokenAuthMethod="private_key_jwt")}, "oauth2.tokenAuthMethod"),
        ({"oauth2": with_oauth(authorizationParams={"a": 1})}, "oauth2.authorizationParams.a"),
        ({"oauth2": with_oauth(defaultScopes=[["read"]])}, "oauth2.defaultScopes.0"),
        ({"oauth2": with_oauth(identity={"id": {"path": "x"}})}, "oauth2.identity.id.0"),
        ({"authSchemes": ["OAUTH2", "API_KEY"], "apiKey": {"in": "body", "name": "key"}}, "apiKey.in"),
        ({"authSchemes": ["OAUTH2", "API_KEY"], "apiKey": {"in": "header", "name": "X Y"}}, "apiKey.name"),
    ],
)
def test_what_cannot_work_is_named_as_the_caller_wrote_it(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(**changes)
    assert [each.field for each in caught.value.errors] == [field]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/api",
        "http://[::1]:9000",
        "https://my_crm.internal",
        "https://API.acme.example/",
    ],
)
def test_an_inner_service_is_an_address_like_any_other(url: str) -> None:
    assert read(baseUrl=url).base_url == url


@pytest.mark.parametrize("name", ["slug", "name", "baseUrl", "authSchemes"])
def test_what_is_missing_is_named(name: str) -> None:
    definition = {key: value for key, value in OAUTH.items() if key != name}
    with pytest.raises(InvalidInput) as caught:
        toolkit_from_definition(definition, id="tk_1")
    assert [each.field for each in caught.value.errors] == [name]


JUNK: list[Any] = [None, 0, "", "x", [], ["x"], [[]], [{}], {}, {"x": 1}, {"name": ["x"]}, True, 1.5]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize(
    "name", ["authConfigDetails", "categories", "description", "getCurrentUserEndpoint", *OAUTH]
)
def test_junk_anywhere_is_refused_or_does_no_harm(name: str, junk: Any) -> None:
    for definition in (
        {**OAUTH, name: junk},
        {**OAUTH, "oauth2": {**OAUTH["oauth2"], "identity": junk, "scopeSeparator": junk}},
        {**OAUTH, "apiKey": junk},
        {**OAUTH, "authConfigDetails": [{"authConfigCreation": junk, "connectedAccountInitiation": [junk]}]},
    ):
        try:
            toolkit_from_definition(definition, id="tk_1")
        except InvalidInput as error:
            assert error.errors[0].field
