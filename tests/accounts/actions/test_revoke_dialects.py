"""Services take a grant back in their own ways; each is data of the toolkit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Credential
from accounts.oauth2.client import Client, client_of
from accounts.oauth2.revoke import revoke_at_service
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import RevokeCall
from tests.accounts.acme import Acme


@pytest.fixture
def telling(acme: Acme) -> Callable[..., tuple[Client, dict[str, Any]]]:
    """A connected account's client and secrets, with another revoke call."""

    def make(call: RevokeCall) -> tuple[Client, dict[str, Any]]:
        account = acme.connect().account
        toolkit = toolkit_for(acme.project, "practice")
        assert toolkit.oauth2 is not None
        toolkit = replace(toolkit, oauth2=replace(toolkit.oauth2, revoke=call))
        secrets = Credential.objects.get(pk=account.pk).secrets
        return client_of(acme.auth_config, toolkit, {}), secrets

    return make


def test_a_bearer_call_carries_the_token_in_its_header(acme: Acme, telling: Any) -> None:
    client, secrets = telling(
        RevokeCall(acme.provider.origin + "/revoke-me", auth="bearer", body="none", tokens=("access_token",))
    )
    acme.provider.fail("/revoke-me", "body", status=200, words='{"ok": true}')
    assert revoke_at_service(client, secrets).how == "done"
    request = acme.provider.calls.to("/revoke-me")[0].request
    assert request.headers["Authorization"] == f"Bearer {secrets['access_token']}"
    assert request.body == b""


def test_ok_false_in_a_200_is_a_failure_and_a_known_error_means_gone(acme: Acme, telling: Any) -> None:
    call = RevokeCall(
        acme.provider.origin + "/revoke-me",
        auth="bearer",
        body="none",
        tokens=("access_token",),
        ok_field="ok",
        gone_errors=("token_revoked",),
    )
    client, secrets = telling(call)
    secrets.pop("refresh_token")
    acme.provider.fail("/revoke-me", "body", status=200, words='{"ok": false, "error": "fatal_error"}')
    assert revoke_at_service(client, secrets).how == "failed"
    acme.provider.fail("/revoke-me", "body", status=200, words='{"ok": false, "error": "token_revoked"}')
    assert revoke_at_service(client, secrets).how == "done"


def test_a_json_call_with_the_client_as_basic_sends_no_form(acme: Acme, telling: Any) -> None:
    client, secrets = telling(
        RevokeCall(
            acme.provider.origin + "/applications/{client_id}/grant",
            method="DELETE",
            auth="basic",
            body="json",
            token_param="access_token",
            tokens=("access_token",),
        )
    )
    acme.provider.fail("/applications/*", "body", status=204, words="")
    assert revoke_at_service(client, secrets).how == "done"
    request = acme.provider.calls.to("/applications/*")[0].request
    assert request.method == "DELETE"
    assert request.path == f"/applications/{client.client_id}/grant"
    assert request.json == {"access_token": secrets["access_token"]}
    assert request.basic == (client.client_id, client.client_secret)


def test_an_access_token_that_ran_out_is_renewed_to_give_the_grant_back(acme: Acme, telling: Any) -> None:
    """Where a service takes back access tokens only, an old one's refusal says nothing of the grant."""
    call = RevokeCall(
        acme.provider.origin + "/revoke-me",
        auth="bearer",
        body="none",
        tokens=("access_token",),
        gone_statuses=(401,),
    )
    client, secrets = telling(call)
    acme.provider.fail("/revoke-me", "status", status=401)
    acme.provider.fail("/revoke-me", "body", status=200, words="{}")
    assert revoke_at_service(client, secrets).how == "done"
    old, fresh = (call.request.bearer for call in acme.provider.calls.to("/revoke-me"))
    assert old == secrets["access_token"]
    assert fresh not in (old, None)


def test_a_server_that_cannot_revoke_that_kind_of_token_is_unsupported(acme: Acme, telling: Any) -> None:
    client, secrets = telling(RevokeCall(acme.provider.origin + "/revoke"))
    acme.provider.fail("/revoke", "error", status=400, error="unsupported_token_type", times=None)
    assert revoke_at_service(client, secrets).how == "unsupported"


@pytest.mark.parametrize("how", [("reset", {}), ("garbage", {"status": 200}), ("status", {"status": 429})])
def test_no_answer_of_a_service_raises(acme: Acme, telling: Any, how: tuple[str, dict[str, Any]]) -> None:
    client, secrets = telling(RevokeCall(acme.provider.origin + "/revoke", ok_field="ok"))
    acme.provider.fail("/revoke", how[0], times=None, **how[1])
    assert revoke_at_service(client, secrets).how == "failed"
