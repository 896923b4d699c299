"""Calls to the token endpoint: the code, later the refresh token, for tokens (RFC 6749, 4.1.3, 6 and 2.3)."""

from __future__ import annotations

from urllib.parse import quote_plus

from accounts.oauth2.client import Client
from accounts.oauth2.token_response import TokenRefused, Tokens, parse_token_response
from authconfigs.catalogue.quirks import token_response_quirk
from flowra import outbound
from flowra.redaction import without


def exchange_code(client: Client, *, code: str, code_verifier: str) -> Tokens:
    """Spends the code. Raises TokenRefused, TokenAnswerUnusable, or outbound's refusals and failures."""
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri}
    if client.oauth2.pkce:
        grant["code_verifier"] = code_verifier
    return call_token_endpoint(client, grant)


def renew(client: Client, refresh_token: str) -> Tokens:
    """Asks for a new access token. Raises TokenRefused, TokenAnswerUnusable, or outbound's refusals and failures."""
    refresh = client.oauth2.refresh
    grant = {**refresh.params, "grant_type": "refresh_token", "refresh_token": refresh_token}
    return call_token_endpoint(client, grant, url=refresh.url)


def call_token_endpoint(client: Client, grant: dict[str, str], *, url: str | None = None) -> Tokens:
    """One POST with the client's authentication as the toolkit has it, to `url` or the token endpoint.

    A refusal's words never quote what was sent.
    """
    oauth2 = client.oauth2
    body = {**oauth2.token_params, **grant}
    basic_auth = authenticate(client, body)
    answer = outbound.send(
        "POST",
        client.url(url or oauth2.token_url),
        headers={"Accept": "application/json", **client.toolkit.request_headers},
        basic_auth=basic_auth,
        form=body if oauth2.token_body == "form" else None,
        json=body if oauth2.token_body == "json" else None,
        through=client.through,
    )
    try:
        return parse_token_response(
            answer.status,
            answer.text,
            scope_separator=oauth2.scope_separator,
            reshape=token_response_quirk(oauth2.token_response_quirk),
            retry_after=answer.retry_after,
        )
    except TokenRefused as refusal:
        sent = (grant.get(name, "") for name in ("code", "code_verifier", "refresh_token"))
        refusal.provider_error = without(refusal.provider_error or "", (*sent, client.client_secret))
        raise


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
