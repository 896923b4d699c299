"""Testing an auth config while something is wrong on the way or at the service: each is told apart from the others."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.test import override_settings

from authconfigs.actions.check_auth_config import check_auth_config
from authconfigs.actions.found_wrong import Check
from authconfigs.models import AuthConfig
from tests.factories import make_auth_config, make_project, make_toolkit
from tests.provider import PracticeProvider
from tests.provider.faults import Fault, Kind
from tests.untrusted_server import untrusted_server

pytestmark = pytest.mark.django_db


def registered(provider: PracticeProvider) -> AuthConfig:
    auth_config = at(f"{provider.origin}/authorize", f"{provider.origin}/token")
    client = provider.register_client(redirect_uris=[auth_config.redirect_uri], name="Acme")
    auth_config.settings = {"client_id": client.client_id}
    auth_config.secrets = {"client_secret": client.client_secret}
    auth_config.save()
    return auth_config


def at(authorization_url: str, token_url: str) -> AuthConfig:
    project = make_project()
    oauth2 = {
        "authorizationUrl": authorization_url,
        "tokenUrl": token_url,
        "tokenAuthMethod": "client_secret_basic",
    }
    make_toolkit(project, "practice", authSchemes=["OAUTH2"], oauth2=oauth2)
    return make_auth_config(project, "practice")


def found(auth_config: AuthConfig, name: str = "client") -> Check:
    return next(each for each in check_auth_config(auth_config) if each.name == name)


def told(check: Check) -> tuple[str, str | None, str | None]:
    return check.outcome, check.to_mend, check.cause


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("/token", Kind.BODY, status=200, words="<html>Hello"), ("failed", "here", "address")),
        (Fault("/token", Kind.BODY, status=404, words="<html>Gone"), ("failed", "here", "address")),
        (Fault("/token", Kind.BODY, status=405, words=""), ("failed", "here", "address")),
        (
            Fault("/token", Kind.BODY, status=301, headers=[("Location", "/elsewhere")]),
            ("failed", "here", "address"),
        ),
        (Fault("/token", Kind.STATUS, status=503), ("failed", "service", "trouble")),
        (Fault("/token", Kind.STATUS, status=429, retry_after="60"), ("unknown", "service", "busy")),
        (Fault("/token", Kind.RESET), ("failed", "service", "down")),
        (Fault("/token", Kind.ERROR, status=400, error="invalid_request"), ("unknown", None, None)),
    ],
)
def test_what_is_wrong_at_the_token_endpoint_is_told_apart(
    provider: PracticeProvider, fault: Fault, expected: tuple[str, str, str]
) -> None:
    auth_config = registered(provider)
    provider.faults.add(fault)
    assert told(found(auth_config)) == expected


def test_a_page_that_is_not_there_is_the_addresss_fault(provider: PracticeProvider) -> None:
    auth_config = registered(provider)
    provider.faults.add(Fault("/authorize", Kind.BODY, status=404, words="<html>Not found"))
    assert told(found(auth_config, "authorizationUrl")) == ("failed", "here", "address")


def test_a_page_for_people_may_be_large(provider: PracticeProvider) -> None:
    auth_config = registered(provider)
    provider.faults.add(Fault("/authorize", Kind.BODY, status=200, words="<p>Sign in" + " " * 1_000_000))
    assert found(auth_config, "authorizationUrl").outcome == "passed"


def packed(words: str) -> str:
    return base64.urlsafe_b64encode(b"\n\x15" + words.encode() + b"\x12\x01").decode().rstrip("=")


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 302, "headers": [("Location", "/oops?error=redirect_uri_mismatch")]},
        {"status": 302, "headers": [("Location", f"/error?authError={packed('redirect_uri_mismatch')}")]},
        {"status": 200, "words": "<h1>Error 400: redirect_uri_mismatch</h1>"},
    ],
)
def test_a_page_that_complains_of_the_redirect_uri_is_heard(
    provider: PracticeProvider, fault: dict[str, Any]
) -> None:
    auth_config = registered(provider)
    provider.faults.add(Fault("/authorize", Kind.BODY, **fault))
    check = found(auth_config, "redirectUri")
    assert told(check) == ("failed", "console", "redirect")
    assert check.provider_error == "redirect_uri_mismatch"


@pytest.mark.parametrize(
    "page",
    [
        "<script>let all = 'redirect_uri_mismatch'</script><p>Sign in",
        "<p>Größe\u0130<SCRIPT>redirect_uri_mismatch</Script>",
        "<p>Sign in" + "<script" * 200_000,
        "<script></script>" * 150_000,
    ],
)
def test_what_a_pages_scripts_know_is_no_complaint(provider: PracticeProvider, page: str) -> None:
    auth_config = registered(provider)
    provider.faults.add(Fault("/authorize", Kind.BODY, status=200, words=page))
    assert found(auth_config, "redirectUri").outcome == "unknown"


def test_the_services_own_sentence_is_kept_and_no_secret_in_it(provider: PracticeProvider) -> None:
    auth_config = registered(provider)
    secret = auth_config.secrets["client_secret"]
    body = {"error": {"code": "invalid_client", "message": f"The secret {secret} is over."}}
    provider.faults.add(
        Fault("/token", Kind.BODY, status=401, words=json.dumps(body), content_type="application/json")
    )
    check = found(auth_config)
    assert told(check) == ("failed", "here", "client") and check.provider_error == "invalid_client"
    assert check.provider_words.startswith("The secret") and secret not in check.provider_words


def test_a_certificate_that_is_no_good_is_told(tmp_path: Path) -> None:
    with untrusted_server(tmp_path) as origin:
        check = found(at(f"{origin}/authorize", f"{origin}/token"))
    assert told(check) == ("failed", "service", "certificate")
    assert "signed by nobody but itself" in check.message


def test_a_server_without_tls_behind_an_https_address_is_told(provider: PracticeProvider) -> None:
    origin = provider.origin.replace("http:", "https:")
    check = found(at(f"{origin}/authorize", f"{origin}/token"))
    assert check.cause == "certificate" and "does not speak TLS" in check.message


def test_a_host_that_does_not_resolve_is_told() -> None:
    check = found(at("https://no-such-host.invalid/a", "https://no-such-host.invalid/t"))
    assert told(check) == ("failed", "here", "name")


def test_a_service_of_the_catalogue_that_does_not_resolve_is_nobodys_typing_error(settings: Any) -> None:
    settings.FLOWRA_OUTBOUND_ALLOW = []
    auth_config = make_auth_config(make_project(), "slack")
    with no_names():
        check = found(auth_config)
    assert told(check) == ("failed", "service", "name")


@contextmanager
def no_names() -> Iterator[None]:
    """A server whose DNS knows nobody."""
    with pytest.MonkeyPatch.context() as patch:

        def nobody(*asked: Any) -> NoReturn:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        patch.setattr(socket, "getaddrinfo", nobody)
        yield


@override_settings(FLOWRA_OUTBOUND_ALLOW=[])
def test_an_address_that_leads_inward_is_told() -> None:
    check = found(at("https://10.0.0.1/a", "https://10.0.0.1/t"))
    assert told(check) == ("failed", "here", "inward")
