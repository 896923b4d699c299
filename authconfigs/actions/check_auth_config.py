"""Trying an auth config without anybody's grant: are its addresses there, does the service know the client?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, quote_plus

from authconfigs.catalogue.fill import fill, names_in
from authconfigs.catalogue.toolkit import OAuth2, Toolkit
from authconfigs.models import AuthConfig
from flowra import outbound
from flowra.errors import FlowraError

from .check_redirect_uri import (
    REDIRECT_REFUSED,
    Outcome,
    authorization_parameters,
    judged_redirect,
    scopes_refused,
)
from .client_health import mark_working
from .managed_clients import Registration, registration_of
from .toolkit_for import toolkit_for

Side = Literal["here", "console", "service"]

# No server has given out this code; one that knows the client says so by refusing the code and not the client.
MADE_UP_CODE = "flowra-checks-whether-the-client-is-known"
# RFC 6749, 5.2; the rest are GitHub's and Slack's words for the same.
CODE_REFUSED = frozenset({"invalid_grant", "bad_verification_code", "invalid_code"})
CLIENT_REFUSED = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "incorrect_client_credentials",
        "bad_client_secret",
        "invalid_client_id",
    }
)
MAX_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `provider_error` is the service's own word.

    `to_mend` says which side a failure is on: `here` (what is stored in Flowra), `console` (what is registered at the
    service) or `service` (it cannot be reached, or is in trouble).
    """

    name: str
    outcome: Outcome
    message: str
    provider_error: str | None = None
    to_mend: Side | None = None


def check_auth_config(auth_config: AuthConfig) -> tuple[Check, ...]:
    """What was checked, in order; nothing is raised for what the service does. Calls out: not for a transaction.

    A client that the service knows is no longer marked as refused.

    Raises NotFound where the toolkit is gone, Conflict where the operator took the client away.
    """
    toolkit = toolkit_for(auth_config.project, auth_config.toolkit_slug)
    values = {
        **{each.name: each.default for each in toolkit.config_fields if each.default},
        **{name: str(value) for name, value in auth_config.settings.items() if isinstance(value, str | int)},
    }
    oauth2 = toolkit.oauth2
    if auth_config.auth_scheme != "OAUTH2" or oauth2 is None:
        return (_reachable("baseUrl", toolkit.base_url, values, auth_config.proxy_url),)
    registration = registration_of(auth_config)
    asked = authorization_parameters(auth_config, oauth2, registration.client_id)
    page, answer = _asked(
        "authorizationUrl", oauth2.authorization_url, values, auth_config.proxy_url, params=asked
    )
    client = _client(auth_config, toolkit, oauth2, registration, values)
    if client.outcome == "passed":
        mark_working(auth_config)
    checks = (page, client, _redirect_uri(answer, client, auth_config))
    if answer is not None and scopes_refused(answer, auth_config):
        words = "The service refuses one of the scopes that are asked for."
        return (*checks, Check("scopes", "failed", words, "invalid_scope", "console"))
    return checks


def _unfilled(template: str, values: Mapping[str, str]) -> Check | None:
    missing = [name for name in names_in(template) if not values.get(name)]
    if not missing:
        return None
    return Check(
        "",
        "unknown",
        f"The address depends on each connection's {', '.join(missing)}; nothing can be tried before one.",
    )


def _reachable(name: str, template: str, values: Mapping[str, str], through: str = "") -> Check:
    return _asked(name, template, values, through)[0]


def _asked(
    name: str,
    template: str,
    values: Mapping[str, str],
    through: str = "",
    *,
    params: Mapping[str, str] | None = None,
) -> tuple[Check, outbound.Answer | None]:
    unfilled = _unfilled(template, values)
    if unfilled is not None:
        return Check(name, unfilled.outcome, unfilled.message), None
    try:
        answer = outbound.send(
            "GET", fill(template, values), params=params, max_bytes=MAX_BYTES, through=through
        )
    except FlowraError as error:
        return Check(name, "failed", error.message, to_mend="service"), None
    if answer.status >= 500:
        return Check(name, "failed", f"It answers with status {answer.status}.", to_mend="service"), None
    return Check(name, "passed", "It answers."), answer


def _redirect_uri(answer: outbound.Answer | None, client: Check, auth_config: AuthConfig) -> Check:
    if answer is None:
        return Check("redirectUri", "unknown", "The service's page could not be asked.")
    outcome, words, error = judged_redirect(
        answer, auth_config, client_known=client.outcome == "passed", token_error=client.provider_error
    )
    return Check("redirectUri", outcome, words, error, "console" if outcome == "failed" else None)


def _client(
    auth_config: AuthConfig,
    toolkit: Toolkit,
    oauth2: OAuth2,
    registration: Registration,
    values: Mapping[str, str],
) -> Check:
    unfilled = _unfilled(oauth2.token_url, values)
    if unfilled is not None:
        return Check("client", unfilled.outcome, unfilled.message)
    form = {
        **oauth2.token_params,
        "grant_type": "authorization_code",
        "code": MADE_UP_CODE,
        "redirect_uri": auth_config.redirect_uri,
        "code_verifier": MADE_UP_CODE,
    }
    basic_auth: tuple[str, str] | None = None
    method, encoding = oauth2.token_auth_method, oauth2.token_body
    if method == "client_secret_basic":
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        basic_auth = (quote_plus(registration.client_id), quote_plus(registration.client_secret))
    else:
        form[oauth2.client_id_param] = registration.client_id
        if method == "client_secret_post":
            form[oauth2.client_secret_param] = registration.client_secret
    try:
        answer = outbound.send(
            "POST",
            fill(oauth2.token_url, values),
            headers={"Accept": "application/json", **toolkit.request_headers},
            form=form if encoding == "form" else None,
            json=form if encoding == "json" else None,
            basic_auth=basic_auth,
            max_bytes=MAX_BYTES,
            through=auth_config.proxy_url,
        )
    except FlowraError as error:
        return Check("client", "failed", error.message, to_mend="service")
    return _judged(answer.status, _error_in(answer.content))


def _judged(status: int, error: str | None) -> Check:
    if error in CLIENT_REFUSED or (error is None and status == 401):
        return Check(
            "client", "failed", "The service does not accept this client id and secret.", error, "here"
        )
    if error in CODE_REFUSED or error in REDIRECT_REFUSED:
        return Check("client", "passed", "The service knows this client.", error)
    if status >= 500:
        return Check(
            "client", "failed", f"The token endpoint answers with status {status}.", error, "service"
        )
    return Check(
        "client", "unknown", "The token endpoint answers; whether it knows the client cannot be told.", error
    )


def _error_in(content: bytes) -> str | None:
    """The `error` of a token endpoint's answer, JSON or form, when it is a plain word."""
    text = content.decode("utf-8", "replace")
    try:
        parsed: Any = json.loads(text)
    except (ValueError, RecursionError):
        parsed = {name: values[0] for name, values in parse_qs(text[:10_000], max_num_fields=None).items()}
    error = parsed.get("error") if isinstance(parsed, dict) else None
    return error if isinstance(error, str) and len(error) <= 100 and error.isprintable() else None
