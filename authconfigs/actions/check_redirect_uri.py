"""Whether the service knows an auth config's redirect URI: its own page is asked as a browser would ask it, by nobody."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from authconfigs.catalogue.quirks import authorize_quirk
from authconfigs.catalogue.toolkit import OAuth2
from authconfigs.models import AuthConfig
from flowra.outbound import Answer

Outcome = Literal["passed", "failed", "unknown"]

# RFC 6749, 5.2, has no word for it at the token endpoint; these are GitHub's, Google's, Slack's and others'.
REDIRECT_REFUSED = frozenset(
    {"redirect_uri_mismatch", "bad_redirect_uri", "invalid_redirect_uri", "redirect_mismatch"}
)
# A bot is kept away by 403 and 429; these are what a request is answered with that the service will not take.
_REFUSED = frozenset({400, 401, 404, 422})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# RFC 7636, 4.2: of a verifier that nobody has.
_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def authorization_parameters(auth_config: AuthConfig, oauth2: OAuth2, client_id: str) -> dict[str, str]:
    """What a browser would be sent with. Where the service speaks OpenID Connect, with `prompt=none`: who knows the redirect
    URI then answers there at once that nobody is signed in (OpenID Connect Core 1.0, 3.1.2.1).
    """
    scopes = auth_config.settings.get("scopes", oauth2.default_scopes)
    parameters = {
        **oauth2.authorization_params,
        **({oauth2.scope_parameter: oauth2.scope_separator.join(scopes)} if scopes else {}),
        "response_type": "code",
        oauth2.client_id_param: client_id,
        "redirect_uri": auth_config.redirect_uri,
        "state": "flowra-checks-the-redirect-uri",
        **({"code_challenge": _CHALLENGE, "code_challenge_method": "S256"} if oauth2.pkce else {}),
        **({"prompt": "none", "nonce": "flowra-checks"} if oauth2.issuer else {}),
    }
    return authorize_quirk(oauth2.authorize_quirk)(parameters)


def judged_redirect(
    answer: Answer, auth_config: AuthConfig, *, client_known: bool, token_error: str | None
) -> tuple[Outcome, str, str | None]:
    """Outcome, words and the service's own word, from its page's answer and from what its token endpoint complained of."""
    if token_error in REDIRECT_REFUSED:
        return "failed", _NOT_REGISTERED, token_error
    location = answer.headers.get("location", "") if answer.status in _REDIRECTS else ""
    if _leads_to(location, auth_config.redirect_uri):
        return "passed", "The service sends people back to this redirect URI.", None
    said = _complaint_in(answer, location)
    if said:
        return "failed", _NOT_REGISTERED, said
    if answer.status in _REFUSED:
        if client_known:
            return "failed", _NOT_REGISTERED, f"status {answer.status}"
        return "unknown", "The service refuses its page; mend the client first, then test again.", None
    return (
        "unknown",
        "The service opens its page with it; some complain of it only after the person has signed in.",
        None,
    )


def scopes_refused(answer: Answer, auth_config: AuthConfig) -> bool:
    """Whether the service sent its word for a scope that it will not give (RFC 6749, 4.1.2.1) to the redirect URI."""
    location = answer.headers.get("location", "") if answer.status in _REDIRECTS else ""
    return (
        _leads_to(location, auth_config.redirect_uri)
        and dict(parse_qsl(urlsplit(location).query)).get("error") == "invalid_scope"
    )


_NOT_REGISTERED = (
    "The service does not take this redirect URI, or a scope that is asked for, from this client."
)


def _complaint_in(answer: Answer, location: str) -> str | None:
    """The word for a refused redirect URI, where the page or the address that it sends to has one: the service's own page
    for the person says so with any status, GitHub sends to the URI that it knows, Google packs it in base64.
    """
    if location:
        values = [value for _, value in parse_qsl(urlsplit(location).query[:10_000], max_num_fields=None)]
        text = " ".join((*values, *map(_unpacked, values)))
    else:
        text = _without_scripts(answer.text)
    return next((word for word in sorted(REDIRECT_REFUSED) if re.search(rf"\b{word}\b", text)), None)


def _without_scripts(page: str) -> str:
    """What a page's scripts know of is not what it says. Read once from front to back: a page of openings alone, or of
    nothing but scripts, would take minutes otherwise.
    """
    small = page.lower() if page.isascii() else "".join(each.lower()[:1] for each in page)
    kept, at = [], 0
    while (begins := small.find("<script", at)) >= 0:
        kept.append(page[at:begins])
        ends = small.find("</script", begins)
        if ends < 0:
            return "".join(kept)
        at = ends + len("</script")
    return "".join((*kept, page[at:]))


def _unpacked(value: str) -> str:
    try:
        packed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        return ""
    return packed.decode("utf-8", "replace")


def _leads_to(location: str, redirect_uri: str) -> bool:
    if not location:
        return False
    parts = urlsplit(location)
    answered: Mapping[str, str] = dict(parse_qsl(parts.query))
    return urlunsplit(parts._replace(query="", fragment="")) == redirect_uri and bool(answered)
