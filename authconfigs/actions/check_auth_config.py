"""Trying an auth config without anybody's grant: are its addresses there, does the service know the client?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote_plus

from authconfigs.catalogue.fill import fill, names_in
from authconfigs.catalogue.toolkit import OAuth2, Toolkit
from authconfigs.models import AuthConfig
from flowra import outbound
from flowra.errors import FlowraError

from .check_redirect_uri import authorization_parameters, judged_redirect, scopes_refused
from .client_health import mark_working
from .found_wrong import NOTHING_THERE, Check, troubled, unreached
from .judge_token_answer import judged_token_answer
from .managed_clients import Registration, registration_of
from .toolkit_for import toolkit_for

# No server has given out this code; one that knows the client says so by refusing the code and not the client.
MADE_UP_CODE = "flowra-checks-whether-the-client-is-known"
MAX_BYTES = 200_000
# A page for people comes with all that it is drawn with.
MAX_PAGE_BYTES = 3_000_000
# Somebody waits for it, and two calls are made.
SECONDS = 10.0


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
        return (_reachable(toolkit, values, auth_config.proxy_url),)
    registration = registration_of(auth_config)
    asked = authorization_parameters(auth_config, oauth2, registration.client_id)
    page, answer = _asked(
        "authorizationUrl",
        oauth2.authorization_url,
        values,
        auth_config.proxy_url,
        params=asked,
        is_own=is_typed(toolkit, oauth2.authorization_url),
    )
    client = _client(auth_config, toolkit, oauth2, registration, values)
    if client.outcome == "passed":
        mark_working(auth_config)
    checks = (page, client, _redirect_uri(answer, client, auth_config))
    if answer is not None and scopes_refused(answer, auth_config):
        words = "The service refuses one of the scopes that are asked for."
        return (*checks, Check("scopes", "failed", words, "invalid_scope", "console", "scope"))
    return checks


def is_typed(toolkit: Toolkit, template: str) -> bool:
    """Whether people typed the address, or a part of it: a toolkit of the project's own, or a subdomain."""
    return toolkit.id is not None or bool(names_in(template))


def _unfilled(template: str, values: Mapping[str, str]) -> Check | None:
    missing = [name for name in names_in(template) if not values.get(name)]
    if not missing:
        return None
    return Check(
        "",
        "unknown",
        f"The address depends on each connection's {', '.join(missing)}; nothing can be tried before one.",
    )


def _reachable(toolkit: Toolkit, values: Mapping[str, str], through: str) -> Check:
    url = toolkit.base_url
    return _asked("baseUrl", url, values, through, is_own=is_typed(toolkit, url), is_page=False)[0]


def _asked(
    name: str,
    template: str,
    values: Mapping[str, str],
    through: str = "",
    *,
    params: Mapping[str, str] | None = None,
    is_own: bool,
    is_page: bool = True,
) -> tuple[Check, outbound.Answer | None]:
    unfilled = _unfilled(template, values)
    if unfilled is not None:
        return Check(name, unfilled.outcome, unfilled.message), None
    try:
        answer = outbound.send(
            "GET",
            fill(template, values),
            params=params,
            max_bytes=MAX_PAGE_BYTES,
            timeout=SECONDS,
            through=through,
        )
    except FlowraError as error:
        return unreached(name, error, is_own=is_own), None
    trouble = troubled(name, "It", answer)
    if trouble is not None:
        return trouble, None
    # Below an API's base are its calls; at the base itself there need be nothing.
    if is_own and is_page and answer.status in NOTHING_THERE:
        words = f"There is no such page: it answers with status {answer.status}."
        return Check(name, "failed", words, to_mend="here", cause="address"), None
    return Check(name, "passed", "It answers."), answer


def _redirect_uri(answer: outbound.Answer | None, client: Check, auth_config: AuthConfig) -> Check:
    if answer is None:
        return Check("redirectUri", "unknown", "The service's page could not be asked.")
    outcome, words, error = judged_redirect(
        answer, auth_config, client_known=client.outcome == "passed", token_error=client.provider_error
    )
    wrong = outcome == "failed"
    return Check(
        "redirectUri", outcome, words, error, "console" if wrong else None, "redirect" if wrong else None
    )


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
            timeout=SECONDS,
            through=auth_config.proxy_url,
        )
    except FlowraError as error:
        return unreached("client", error, is_own=is_typed(toolkit, oauth2.token_url))
    return judged_token_answer(
        answer,
        is_own=is_typed(toolkit, oauth2.token_url),
        sent=(MADE_UP_CODE, registration.client_secret),
    )
