"""HTTP without a framework: one request, one answer, no redirect followed. What an independent OAuth client is made of."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """Header names in lower case; of a repeated one, the last."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["location"]


def call(
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    body: object = None,
    basic: tuple[str, str] | None = None,
    bearer: str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
) -> Answer:
    """`form` goes form-encoded, `body` as JSON. Raises `OSError` or `HTTPException` where no whole answer comes."""
    parts = urlsplit(url)
    sent = {"User-Agent": "tests", **(headers or {})}
    data = None
    if form is not None:
        sent["Content-Type"], data = "application/x-www-form-urlencoded", urlencode(form)
    elif body is not None:
        sent["Content-Type"], data = "application/json", json.dumps(body)
    if basic is not None:
        sent["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    if bearer is not None:
        sent["Authorization"] = f"Bearer {bearer}"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request(method, parts._replace(scheme="", netloc="").geturl(), data, sent)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def query_of(url: str) -> dict[str, str]:
    """The query's parameters by name."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def with_query(url: str, **fields: str) -> str:
    """`url` with a query; a field of "" is left out."""
    return f"{url}?{urlencode({name: value for name, value in fields.items() if value})}"


def pkce_pair() -> tuple[str, str]:
    """A verifier and its S256 challenge (RFC 7636, 4.2)."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
