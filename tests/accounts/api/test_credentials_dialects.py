"""What each service of the catalogue says in its own words when it renews nothing, as the app hears it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ConnectedAccount, Credential
from authconfigs.catalogue import load
from authconfigs.catalogue.fill import fill
from authconfigs.models import AuthConfig
from tests.accounts.elsewhere import moved
from tests.caller import make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user
from tests.provider import PracticeProvider

CATALOGUE = {slug: toolkit for slug, toolkit in load.all_toolkits().items() if toolkit.oauth2 is not None}
DATA = {"zendesk": {"subdomain": "acme"}}


def plain(error: str) -> dict[str, Any]:
    """RFC 6749, 5.2."""
    return {"error": error, "error_description": "in words"}


def slack(error: str) -> dict[str, Any]:
    """https://docs.slack.dev/apis/web-api/#responses"""
    return {"ok": False, "error": error}


def hubspot(error: str) -> dict[str, Any]:
    """https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens"""
    return {"status": error, "message": "in words", "correlationId": "7a"}


def notion(error: str) -> dict[str, Any]:
    """https://developers.notion.com/reference/status-codes#error-codes"""
    return {"object": "error", "status": 400, "code": error, "message": "in words"}


# How a service writes an error, and with which status, where that is not as RFC 6749 has it.
WRITTEN = {"slack": (slack, 200), "github": (plain, 200), "notion": (notion, 400)}


def said() -> list[Any]:
    """Each error that a toolkit knows, with what it must come to."""
    found = []
    for slug, toolkit in sorted(CATALOGUE.items()):
        assert toolkit.oauth2 is not None
        refresh = toolkit.oauth2.refresh
        by = [("gone", error) for error in refresh.gone_errors]
        by += [("client", error) for error in refresh.client_errors]
        by += [
            ("trouble", "a_word_of_next_year"),
            ("trouble", "invalid_request"),
            ("trouble", "access_denied"),
        ]
        for meaning, error in by:
            write, status = WRITTEN.get(slug, (plain, 400))
            if error.isupper():
                write = hubspot
            found.append(pytest.param(slug, status, write(error), meaning, id=f"{slug} says {error}"))
    return found


@pytest.fixture
def services(db: None, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch) -> PracticeProvider:
    elsewhere = {slug: moved(toolkit, provider.origin) for slug, toolkit in CATALOGUE.items()}
    monkeypatch.setattr("authconfigs.actions.toolkit_for.all_toolkits", lambda: elsewhere)
    return provider


@pytest.mark.parametrize(("slug", "status", "words", "meaning"), said())
def test_what_it_says_is_understood(
    services: PracticeProvider, slug: str, status: int, words: dict[str, Any], meaning: str
) -> None:
    caller = make_caller(scopes=["credentials:read", "accounts:read"])
    config = make_auth_config(caller.project, slug)
    expires_at = timezone.now() - timedelta(seconds=1)
    account = make_account(
        config,
        make_external_user(caller.project),
        secrets={"access_token": "at-0001", "refresh_token": "rt-0001"},
        connection_data=DATA.get(slug, {}),
        expires_at=expires_at,
    )
    oauth2 = moved(CATALOGUE[slug], services.origin).oauth2
    assert oauth2 is not None
    path = fill(oauth2.token_url, {"tenant": "common", **DATA.get(slug, {})}).removeprefix(services.origin)
    services.fail(
        path, "body", status=status, words=json.dumps(words), content_type="application/json", times=None
    )

    told = problem_of(
        caller.get(f"connected_accounts/{account.pk}/credentials"), 409 if meaning == "gone" else 502
    )
    after = ConnectedAccount.objects.get(pk=account.pk)
    assert after.status == ("EXPIRED" if meaning == "gone" else "ACTIVE")
    is_failing = AuthConfig.objects.get(pk=config.pk).failing_since is not None
    assert is_failing == (meaning == "client")
    assert (
        told["code"]
        == {
            "gone": "account_expired",
            "client": "auth_config_failing",
            "trouble": "provider_refused",
        }[meaning]
    )
    assert (Credential.objects.get(pk=account.pk).due_at is None) == (meaning == "gone")
