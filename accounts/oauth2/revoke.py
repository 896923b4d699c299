"""Giving a grant back at the authorization server: RFC 7009, or the service's own call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote_plus

from accounts.oauth2.client import Client
from accounts.oauth2.token_endpoint import authenticate, renew
from accounts.oauth2.token_response import TokenRefused
from authconfigs.catalogue.fill import fill
from authconfigs.catalogue.toolkit import RevokeCall
from flowra import outbound
from flowra.errors import FlowraError
from flowra.outbound import Answer

MAX_BYTES = 100_000
MAX_WORDS = 300


@dataclass(frozen=True, slots=True)
class Told:
    """How telling went; `gone`: the token was no longer good, and what else belongs to the grant may still be.

    `words` are for people, without secrets. `retry_after` in seconds, where the service said.
    """

    how: Literal["done", "gone", "unsupported", "failed"]
    words: str = ""
    retry_after: int | None = None


def revoke_at_service(client: Client, secrets: Mapping[str, str]) -> Told:
    """Tells the service to forget each token that is held, in the toolkit's order; never raises.

    A token that is no longer good counts as told: telling again does no harm.
    """
    call = client.oauth2.revoke
    if call is None:
        return Told("unsupported")
    held = [kind for kind in call.tokens if secrets.get(kind)]
    if not held:
        return Told("unsupported", "There is no token that this service takes back.")
    answers = [_told_one(client, call, kind, secrets[kind]) for kind in held]
    refresh_token = secrets.get("refresh_token")
    if refresh_token and "refresh_token" not in call.tokens and answers[-1].how == "gone":
        answers[-1] = _told_with_a_fresh_token(client, call, refresh_token)
    failed = next((answer for answer in answers if answer.how == "failed"), None)
    if failed is not None:
        return failed
    return Told("done") if any(answer.how in ("done", "gone") for answer in answers) else answers[0]


def _told_with_a_fresh_token(client: Client, call: RevokeCall, refresh_token: str) -> Told:
    """The service takes back access tokens only, and ours had run out: the grant may live on in its refresh token."""
    try:
        tokens = renew(client, refresh_token)
    except TokenRefused as refusal:
        is_gone = refusal.error in client.oauth2.refresh.gone_errors
        return Told("done") if is_gone else Told("failed", refusal.message)
    except FlowraError as error:
        return Told("failed", error.message)
    return _told_one(client, call, "access_token", tokens.access_token)


def _told_one(client: Client, call: RevokeCall, kind: str, token: str) -> Told:
    body: dict[str, str] = {} if call.body == "none" else {call.token_param: token}
    if call.with_hint and call.body == "form":
        body["token_type_hint"] = kind.removeprefix("user_")
    headers = {"Accept": "application/json", **client.toolkit.request_headers}
    basic_auth = None
    if call.auth == "basic":
        basic_auth = quote_plus(client.client_id), quote_plus(client.client_secret)
    elif call.auth == "client":
        basic_auth = authenticate(client, body)
    elif call.auth == "bearer":
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = outbound.send(
            call.method,
            fill(call.url, {**client.values, "token": token}),
            headers=headers,
            basic_auth=basic_auth,
            form=body if call.body == "form" else None,
            json=body if call.body == "json" else None,
            max_bytes=MAX_BYTES,
            through=client.through,
        )
    except FlowraError as error:
        return Told("failed", error.message)
    return _read(call, answer)


def _read(call: RevokeCall, answer: Answer) -> Told:
    told = _object_in(answer.text)
    error = _error_in(told)
    if answer.status in call.gone_statuses or error in call.gone_errors:
        return Told("gone")
    if 200 <= answer.status < 300 and (call.ok_field is None or told.get(call.ok_field) is True):
        return Told("done")
    if error == "unsupported_token_type":  # RFC 7009, 2.2.1: this kind of token cannot be revoked there
        return Told("unsupported", "The service does not take this kind of token back.")
    said = f" ({error})" if error else ""
    return Told("failed", f"The service answered with status {answer.status}{said}.", answer.retry_after)


def _object_in(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _error_in(told: Mapping[str, Any]) -> str:
    error = told.get("error")
    if isinstance(error, Mapping):
        error = error.get("type") or error.get("code")
    if not isinstance(error, str):
        error = told.get("code") if isinstance(told.get("code"), str) else ""
    return str(error)[:MAX_WORDS] if str(error).replace("_", "").isalnum() else ""
