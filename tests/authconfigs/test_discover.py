"""What an issuer tells of itself, from the two places where it may, and what is not believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from authconfigs.actions.discover import NoDocument, discover
from flowra.errors import InvalidInput, ProviderFailed
from tests.provider import PracticeProvider
from tests.provider.faults import Fault, Kind

RFC_8414 = "/.well-known/oauth-authorization-server*"
OPENID = "*/.well-known/openid-configuration"


def tell(provider: PracticeProvider, path: str, document: Any, status: int = 200) -> None:
    words = document if isinstance(document, str) else json.dumps(document)
    provider.faults.add(Fault(path, Kind.BODY, status=status, words=words, content_type="application/json"))


def minimal(issuer: str, **more: Any) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        **more,
    }


def test_rfc_8414_is_asked_first(provider: PracticeProvider) -> None:
    tell(provider, RFC_8414, minimal(provider.origin, userinfo_endpoint=f"{provider.origin}/me"))
    assert discover(provider.origin)["userinfoUrl"] == f"{provider.origin}/me"
    assert not [call for call in provider.calls if "openid-configuration" in call.path]


def test_openid_connects_address_is_asked_next(provider: PracticeProvider) -> None:
    tell(provider, RFC_8414, "", status=404)
    tell(provider, OPENID, minimal(provider.origin))
    assert discover(provider.origin)["tokenUrl"] == f"{provider.origin}/token"


def test_an_issuers_path_stands_behind_and_before(provider: PracticeProvider) -> None:
    issuer = f"{provider.origin}/tenant/a"
    tell(provider, "/.well-known/oauth-authorization-server/tenant/a", "", status=404)
    tell(provider, "/tenant/a/.well-known/openid-configuration", minimal(issuer))
    assert discover(issuer)["tokenUrl"] == f"{issuer}/token"


@pytest.mark.parametrize("said", ["https://other.example", "", None, 5])
def test_a_document_of_another_issuer_is_not_believed(provider: PracticeProvider, said: Any) -> None:
    tell(provider, RFC_8414, {**minimal(provider.origin), "issuer": said})
    with pytest.raises(InvalidInput) as refusal:
        discover(provider.origin)
    assert not isinstance(refusal.value, NoDocument)


@pytest.mark.parametrize("document", ["", "no json", "[]", "[" * 100_000, "null"])
def test_what_is_no_document_is_none(provider: PracticeProvider, document: str) -> None:
    tell(provider, RFC_8414, document)
    tell(provider, OPENID, document)
    with pytest.raises(NoDocument):
        discover(provider.origin)


def test_an_inward_endpoint_is_refused(provider: PracticeProvider) -> None:
    tell(provider, RFC_8414, minimal(provider.origin, revocation_endpoint="http://10.0.0.1/revoke"))
    with pytest.raises(InvalidInput) as refusal:
        discover(provider.origin)
    assert "revocation_endpoint" in refusal.value.message


def test_junk_in_a_document_is_left_out(provider: PracticeProvider) -> None:
    junk = {
        "userinfo_endpoint": ["x"],
        "token_endpoint_auth_methods_supported": "post",
        "revocation_endpoint": "",
    }
    tell(provider, RFC_8414, minimal(provider.origin, **junk))
    assert discover(provider.origin).keys() == {"authorizationUrl", "tokenUrl", "tokenAuthMethod"}


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        (None, "client_secret_basic"),
        (["client_secret_post", "client_secret_basic"], "client_secret_basic"),
        (["private_key_jwt", "client_secret_post"], "client_secret_post"),
        (["none"], "none"),
    ],
)
def test_how_a_client_shows_itself(
    provider: PracticeProvider, methods: list[str] | None, expected: str
) -> None:
    more = {} if methods is None else {"token_endpoint_auth_methods_supported": methods}
    tell(provider, RFC_8414, minimal(provider.origin, **more))
    assert discover(provider.origin)["tokenAuthMethod"] == expected


def test_pkce_and_iss_are_told(provider: PracticeProvider) -> None:
    tell(
        provider,
        RFC_8414,
        minimal(
            provider.origin,
            code_challenge_methods_supported=["plain"],
            authorization_response_iss_parameter_supported=True,
        ),
    )
    told = discover(provider.origin)
    assert (told["pkce"], told["sendsIss"]) == (False, True)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1/?a=b", "http://127.0.0.1/#x"])
def test_an_issuer_has_neither_query_nor_fragment(issuer: str) -> None:
    with pytest.raises(InvalidInput):
        discover(issuer)


def test_one_that_cannot_be_reached_is_the_providers_failure(provider: PracticeProvider) -> None:
    provider.faults.add(Fault(RFC_8414, Kind.RESET, times=None))
    with pytest.raises(ProviderFailed):
        discover(provider.origin)


def test_an_issuer_in_trouble_is_not_called_one_without_a_document(provider: PracticeProvider) -> None:
    provider.faults.add(Fault("/.well-known/*", Kind.STATUS, status=503, times=None))
    with pytest.raises(ProviderFailed, match="answers with status 503"):
        discover(provider.origin)


def test_the_issuer_that_the_document_names_is_said(provider: PracticeProvider) -> None:
    with pytest.raises(InvalidInput, match=f"It names {provider.origin}$"):
        discover(f"{provider.origin}/")
