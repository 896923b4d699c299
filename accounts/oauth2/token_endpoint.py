"""Calls to the token endpoint: the code for tokens (RFC 6749, 4.1.3 and 2.3)."""

from __future__ import annotations

from urllib.parse import quote_plus

from accounts.oauth2.client import Client
from accounts.oauth2.token_response import Tokens, parse_token_response
from authconfigs.catalogue.quirks import token_response_quirk
from flowra import outbound


def exchange_code(client: Client, *, code: str, code_verifier: str) -> Tokens:
    """Spends the code. Raises TokenRefused, TokenAnswerUnusable, or outbound's refusals and failures."""
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri}
    if client.oauth2.pkce:
        grant["code_verifier"] = code_verifier
    return call_token_endpoint(client, grant)


def call_token_endpoint(client: Client, grant: dict[str, str]) -> Tokens:
    """One POST with the client's authentication as the toolkit has it."""
    oauth2 = client.oauth2
    body = {**oauth2.token_params, **grant}
    answer = outbound.send(
        "POST",
        client.url(oauth2.token_url),
        headers={"Accept": "application/json", **client.toolkit.request_headers},
        basic_auth=authenticate(client, body),
        form=body if oauth2.token_body == "form" else None,
        json=body if oauth2.token_body == "json" else None,
    )
    return parse_token_response(
        answer.status,
        answer.text,
        scope_separator=oauth2.scope_separator,
        reshape=token_response_quirk(oauth2.token_response_quirk),
    )


def authenticate(client: Client, body: dict[str, str]) -> tuple[str, str] | None:
    """Adds the client's identity to `body`, or answers what goes into HTTP Basic, by the toolkit's method.

    In Basic both halves are form-encoded first (RFC 6749, 2.3.1).
    """
    oauth2 = client.oauth2
    if oauth2.token_auth_method == "client_secret_basic":
        return quote_plus(client.client_id), quote_plus(client.client_secret)
    body[oauth2.client_id_param] = client.client_id
    if oauth2.token_auth_method == "client_secret_post":
        body[oauth2.client_secret_param] = client.client_secret
    return None
