"""What of a call passes through to the service, and in which spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from flowra.errors import InvalidInput
from flowra.outbound import USER_AGENT

# RFC 9110, 7.6.1, and what is only between the caller and us.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
NOT_PASSED = HOP_BY_HOP | {
    "host",
    "content-length",
    "expect",
    "x-api-key",
    "authorization",
    "x-username",
    "cookie",
    "forwarded",
    "via",
    "x-real-ip",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "fastly-client-ip",
    "x-original-url",
    "x-rewrite-url",
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-request-id",
    "x-correlation-id",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "sentry-trace",
    "uber-trace-id",
    "newrelic",
}
NOT_PASSED_BEGINNINGS = ("x-forwarded-", "cf-", "x-b3-", "x-datadog-", "x-ot-span-", "proxy-")
NOT_ANSWERED = HOP_BY_HOP | {"set-cookie", "set-cookie2"}
_UNSAFE_IN_QUERY = re.compile(r"[^\x21-\x7e]|#")
# RFC 3986, 3.3: what may stand in a path as it is.
_SAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


def checked_path(path: str) -> str:
    """The path to put after the toolkit's address, percent-encoded; raises InvalidInput for a dot segment in any spelling.

    A web server hands paths over decoded, so an encoded slash cannot be told from a plain one: who needs one sends it
    encoded twice (`group%252Fproject`).
    """
    for part in re.split(r"/|\\|%2f|%5c", path, flags=re.IGNORECASE):
        if part.replace("%2e", ".").replace("%2E", ".") in (".", ".."):
            raise InvalidInput.field("path", "may not have a dot segment")
    if "\\" in path or re.search(r"[\x00-\x1f\x7f\ufffd]", path):
        raise InvalidInput.field("path", "has characters that cannot be sent")
    parts = re.split(r"(%2[fF])", path.lstrip("/"))
    try:
        return "".join(
            part if number % 2 else quote(part, safe=_SAFE_IN_PATH) for number, part in enumerate(parts)
        )
    except UnicodeEncodeError as error:
        raise InvalidInput.field("path", "has characters that cannot be sent") from error


def path_at(base: str, path: str) -> str:
    """Where a checked path lies at the toolkit's address: below it; a whole URL of the same origin, as services link to
    their own next page, lies where it says. A URL of any other origin is a path like others.
    """
    scheme, host, below = urlsplit(base).scheme, urlsplit(base).netloc, urlsplit(base).path
    whole = re.match(rf"{scheme}://?{re.escape(host)}(?=/|$)", path, flags=re.IGNORECASE)
    return (path[whole.end() :] or "/") if whole else f"{below}/{path}"


def headers_passed(
    asked: Mapping[str, str], needed: Mapping[str, str], signing: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What the caller `asked` with, what the service `needed` where the caller says nothing else, and above all the signature."""
    named = {token.strip().lower() for token in asked.get("Connection", "").split(",")}
    passed = {
        name.lower(): (name, value)
        for name, value in asked.items()
        if name.lower() not in NOT_PASSED | named and not name.lower().startswith(NOT_PASSED_BEGINNINGS)
    }
    ours = {
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        **needed,
    }
    for name, value in ours.items():
        passed.setdefault(name.lower(), (name, value))
    for name, value in signing.items():
        passed[name.lower()] = (name, value)
    return list(passed.values())


def query_passed(own: str, asked: str, signing: Mapping[str, str]) -> str:
    """The caller's query as it was sent, save what would stand where the signature stands."""
    kept = (
        [part for part in asked.split("&") if part and part.partition("=")[0] not in signing]
        if signing
        else ([asked] if asked else [])
    )
    signed = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in signing.items()]
    joined = "&".join([*([own] if own else []), *kept, *signed])
    return _UNSAFE_IN_QUERY.sub(lambda found: quote(found[0].encode("latin-1", "replace"), safe=""), joined)


def headers_answered(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The service's, without those that were for us alone, and without its cookies."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == "connection"
        for token in value.split(",")
    }
    return [(name, value) for name, value in headers if name.lower() not in NOT_ANSWERED | named]
