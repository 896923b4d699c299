"""The authorization request: where the person's browser is sent (RFC 6749, 4.1.1; RFC 7636; OpenID Connect Core, 3.1.2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from accounts.oauth2.client import Client
from authconfigs.catalogue.quirks import authorize_quirk


def authorization_url(
    client: Client, *, scopes: Sequence[str], state: str, code_challenge: str, nonce: str | None
) -> str:
    """The provider's authorization URL with this attempt's parameters.

    The toolkit's own parameters never replace those that protect the flow.
    """
    oauth2 = client.oauth2
    parameters = dict(oauth2.authorization_params)
    if scopes:
        parameters[oauth2.scope_parameter] = oauth2.scope_separator.join(scopes)
    if client.user_scopes and oauth2.user_scope_parameter:
        parameters[oauth2.user_scope_parameter] = oauth2.scope_separator.join(client.user_scopes)
    parameters |= {
        "response_type": "code",
        oauth2.client_id_param: client.client_id,
        "redirect_uri": client.redirect_uri,
        "state": state,
    }
    if oauth2.pkce:
        parameters |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
    if nonce is not None:
        parameters["nonce"] = nonce
    parameters = authorize_quirk(oauth2.authorize_quirk)(parameters)
    parts = urlsplit(client.url(oauth2.authorization_url))
    own = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in parameters
    ]
    return urlunsplit(parts._replace(query=urlencode([*own, *parameters.items()])))
