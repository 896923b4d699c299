"""`POST auth_configs/{id}/test`: what can be told without anybody's grant."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from authconfigs.models import AuthConfig
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_auth_config, make_toolkit
from tests.provider import PracticeProvider
from tests.provider.faults import Fault, Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return make_caller()


def registered(caller: Caller, provider: PracticeProvider, **oauth2: Any) -> AuthConfig:
    make_toolkit(
        caller.project,
        "practice",
        baseUrl=provider.origin,
        authSchemes=["OAUTH2"],
        oauth2={
            "authorizationUrl": f"{provider.origin}/authorize",
            "tokenUrl": f"{provider.origin}/token",
            "tokenAuthMethod": "client_secret_basic",
            **oauth2,
        },
    )
    auth_config = make_auth_config(caller.project, "practice")
    client = provider.register_client(redirect_uris=[auth_config.redirect_uri], name="Acme")
    auth_config.settings = {"client_id": client.client_id}
    auth_config.secrets = {"client_secret": client.client_secret}
    auth_config.save()
    return auth_config


def outcomes(caller: Caller, auth_config: AuthConfig) -> tuple[bool, dict[str, str]]:
    answer = caller.post(f"auth_configs/{auth_config.pk}/test")
    assert answer.status_code == 200, answer.content
    told = answer.json()["data"]
    return told["ok"], {each["name"]: each["outcome"] for each in told["checks"]}


def test_a_good_client_is_known(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider)
    told = {"authorizationUrl": "passed", "client": "passed", "redirectUri": "unknown"}
    assert outcomes(caller, auth_config) == (True, told)
    assert not provider.grants


def test_a_redirect_uri_that_is_not_registered_is_told(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider)
    other = provider.register_client(redirect_uris=["https://elsewhere.example/callback"], name="Acme")
    auth_config.settings = {"client_id": other.client_id}
    auth_config.secrets = {"client_secret": other.client_secret}
    auth_config.save()
    told = {"authorizationUrl": "passed", "client": "passed", "redirectUri": "failed"}
    assert outcomes(caller, auth_config) == (False, told)


def test_a_service_that_sends_people_back_knows_the_redirect_uri(
    caller: Caller, provider: PracticeProvider
) -> None:
    auth_config = registered(caller, provider)
    back = [("Location", f"{auth_config.redirect_uri}?error=login_required")]
    provider.faults.add(Fault("/authorize", Kind.BODY, status=302, headers=back))
    assert outcomes(caller, auth_config)[1]["redirectUri"] == "passed"


def test_a_scope_that_the_service_does_not_give_is_told(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider)
    auth_config.settings = {**auth_config.settings, "scopes": ["nonsense"]}
    auth_config.save()
    good, told = outcomes(caller, auth_config)
    assert not good and told["redirectUri"] == "passed" and told["scopes"] == "failed"


def test_a_client_that_is_known_again_is_no_longer_marked_as_refused(
    caller: Caller, provider: PracticeProvider
) -> None:
    auth_config = registered(caller, provider)
    auth_config.failing_since, auth_config.failing_words = timezone.now(), "invalid_client"
    auth_config.save()
    outcomes(caller, auth_config)
    auth_config.refresh_from_db()
    assert auth_config.failing_since is None


def test_a_wrong_secret_is_told(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider)
    auth_config.secrets = {"client_secret": "wrong"}
    auth_config.save()
    assert outcomes(caller, auth_config) == (
        False,
        {"authorizationUrl": "passed", "client": "failed", "redirectUri": "unknown"},
    )


def test_a_token_endpoint_that_is_broken_is_told(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider)
    provider.faults.add(Fault("/token", Kind.STATUS, status=503))
    assert outcomes(caller, auth_config)[1]["client"] == "failed"


def test_what_makes_no_sense_is_neither_good_nor_bad(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider)
    provider.faults.add(Fault("/token", Kind.BODY, status=200, words="[" * 5000, content_type="text/plain"))
    assert outcomes(caller, auth_config) == (
        True,
        {"authorizationUrl": "passed", "client": "unknown", "redirectUri": "unknown"},
    )


def test_an_address_that_nobody_answers_at_is_told(caller: Caller, provider: PracticeProvider) -> None:
    auth_config = registered(caller, provider, authorizationUrl="http://127.0.0.1:1/authorize")
    assert outcomes(caller, auth_config) == (
        False,
        {"authorizationUrl": "failed", "client": "passed", "redirectUri": "unknown"},
    )


def test_an_address_that_each_connection_fills_cannot_be_tried(caller: Caller) -> None:
    auth_config = make_auth_config(caller.project, "zendesk")
    assert outcomes(caller, auth_config) == (
        True,
        {"authorizationUrl": "unknown", "client": "unknown", "redirectUri": "unknown"},
    )


def test_of_a_key_only_the_address_can_be_tried(caller: Caller, provider: PracticeProvider) -> None:
    make_toolkit(caller.project, "keyed", baseUrl=provider.origin)
    auth_config = make_auth_config(caller.project, "keyed", auth_scheme="API_KEY")
    assert outcomes(caller, auth_config) == (True, {"baseUrl": "passed"})


def test_it_needs_the_scope_to_write(provider: PracticeProvider) -> None:
    reader = make_caller(scopes=["configs:read"])
    problem_of(reader.post(f"auth_configs/{registered(reader, provider).pk}/test"), 403)
