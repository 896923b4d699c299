"""A person at the provider's pages without a browser: signs in, agrees or refuses, over real HTTP.

Works on a provider in any process; it needs nothing but the authorization URL.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit


class NotSentBack(AssertionError):
    """The provider showed a page in place of redirecting to the app; `status` and `page` say what it was."""

    def __init__(self, status: int, page: str) -> None:
        super().__init__(f"the provider answered {status} with a page:\n{page}")
        self.status = status
        self.page = page


def visit(authorization_url: str, account: str = "sales@example.com", *, allow: bool = True) -> str:
    """Walks from the authorization URL through login and consent; answers where the app gets the person back.

    Returns the whole callback URL, with `code` or `error`. Raises `NotSentBack` where the provider refuses to
    send anybody back.
    """
    parts = urlsplit(authorization_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    target = f"{parts.path}?{parts.query}"
    status, location, cookie, page = _call(origin, "GET", target, {}, None)
    if location and location.startswith("/login"):
        form = {"account": account, "next": target}
        status, location, cookie, page = _call(origin, "POST", "/login", {}, form)
        status, location, _, page = _call(origin, "GET", target, {"Cookie": cookie}, None)
    if status == 200:
        decision = {"decision": "allow" if allow else "deny"}
        status, location, _, page = _call(origin, "POST", target, {"Cookie": cookie}, decision)
    if not location:
        raise NotSentBack(status, page)
    return location


def _call(
    origin: str, method: str, target: str, headers: Mapping[str, str], form: Mapping[str, str] | None
) -> tuple[int, str, str, str]:
    """Status, redirect target, cookie and page of one request."""
    host = urlsplit(origin)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=20)
    try:
        sent = dict(headers)
        body = None
        if form is not None:
            body = urlencode(form)
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        page = answer.read().decode("utf-8", "replace")
        cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        return answer.status, answer.getheader("Location") or "", cookie, page
    finally:
        connection.close()
