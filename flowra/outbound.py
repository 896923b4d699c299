"""The only way out: every call to another server is made here, to addresses that may be called.

http and https only; redirects off unless asked for, and then each hop is checked like a first one; five seconds to
connect, fifteen in all; an answer has a size limit; connections are pooled; no cookies, no proxy from the environment.
"""

from __future__ import annotations

import contextlib
import json as jsonlib
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpcore2
import httpx2

from flowra.database import let_go_of_database
from flowra.errors import InvalidInput, ProviderFailed, ProviderTimedOut
from flowra.outbound_connections import client_for
from flowra.outbound_guard import (
    CONNECT_SECONDS,
    HostInward,
    HostUnknown,
    OutboundRefused,
    check_url,
    deadline,
    taken_apart,
)
from flowra.retry_after import retry_after_in
from flowra.untrusted import untrusted_words

__all__ = [
    "Answer",
    "HostInward",
    "HostUnknown",
    "OutboundFailed",
    "OutboundRefused",
    "OutboundTimedOut",
    "check_url",
    "refuse_inward",
    "send",
]

logger = logging.getLogger("flowra.outbound")

TOTAL_SECONDS = 15.0
MAX_BYTES = 5_000_000
USER_AGENT = "Flowra/1"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OF_ONE_ORIGIN = frozenset({"authorization", "cookie", "proxy-authorization"})
_BEFORE_SENDING = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
)


class OutboundFailed(ProviderFailed):
    """502: the server could not be reached, or did not answer with HTTP. `unsent`: it surely got nothing of it;
    `untrusted`: its TLS is no good, and the message says how.
    """

    code = "provider_unreachable"
    unsent = False
    untrusted = False


class OutboundTimedOut(ProviderTimedOut):
    """504: the server did not answer in time. `unsent`: it surely got nothing of it."""

    unsent = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whatever its status. `headers` by lower-case name; `url` is where it came from after redirects."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def text(self) -> str:
        """The body as UTF-8; what is not is replaced."""
        return self.content.decode("utf-8", "replace")

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait, where the service says so in either of the two forms (RFC 9110, 10.2.3); a day at most."""
        return retry_after_in(self.headers.get("retry-after", ""))

    def json(self) -> Any:
        """The body's JSON; raises ProviderFailed when it is none."""
        try:
            return jsonlib.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ProviderFailed(
                "The service answered with no JSON.", code="provider_answer_unusable"
            ) from error


def refuse_inward(field: str, url: str) -> None:
    """The same for input: raises InvalidInput (`address_refused`) naming the field."""
    try:
        check_url(url)
    except OutboundRefused as refusal:
        raise _naming(field, refusal) from refusal


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: Any = None,
    content: bytes | None = None,
    basic_auth: tuple[str, str] | None = None,
    follow_redirects: int = 0,
    max_bytes: int = MAX_BYTES,
    timeout: float = TOTAL_SECONDS,
    through: str = "",
) -> Answer:
    """One call and its whole answer. `timeout` in seconds is for all of it, at most 15; `params` are added to the URL's;
    `through` is a forward proxy's URL.

    Raises OutboundRefused (an address or a header that may not be sent), OutboundFailed, OutboundTimedOut. Their
    messages name no URL: one may hold a secret.
    """
    let_go_of_database()
    token = deadline.set(time.monotonic() + min(timeout, TOTAL_SECONDS))
    try:
        with translated():
            request = client_for(url, through).build_request(
                method,
                url,
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(headers or {})},
                params=_merged(url, params),
                data=dict(form) if form is not None else None,
                json=json,
                content=content,
            )
            for _ in range(follow_redirects + 1):
                answer = _sent(request, basic_auth, max_bytes, through)
                target = answer.headers.get("location")
                if answer.status not in _REDIRECTS or not target or follow_redirects == 0:
                    return answer
                request, basic_auth = _redirected(request, answer, urljoin(answer.url, target), basic_auth)
        raise OutboundFailed("The service redirected too often.")
    finally:
        deadline.reset(token)


def _sent(
    request: httpx2.Request, basic_auth: tuple[str, str] | None, max_bytes: int, through: str
) -> Answer:
    url = str(request.url)
    client = client_for(url, through)
    seconds = max(deadline.get() - time.monotonic(), 0.001)
    request.extensions["timeout"] = httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)).as_dict()
    response = client.send(
        request, auth=basic_auth or httpx2.USE_CLIENT_DEFAULT, stream=True, follow_redirects=False
    )
    try:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise OutboundFailed("The service answered with more than can be taken.")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(body), url)
    finally:
        response.close()


def _redirected(
    request: httpx2.Request, answer: Answer, target: str, basic_auth: tuple[str, str] | None
) -> tuple[httpx2.Request, tuple[str, str] | None]:
    """The next hop. To another origin goes neither who we are nor a body; from https it never goes to http."""
    scheme, host, port = taken_apart(target)
    old_scheme, old_host, old_port = taken_apart(answer.url)
    if old_scheme == "https" and scheme == "http":
        raise OutboundRefused("redirects from https to http")
    same_origin = (scheme, host, port) == (old_scheme, old_host, old_port)
    keeps_method = answer.status in (307, 308)
    if keeps_method and not same_origin and request.method not in ("GET", "HEAD"):
        raise OutboundRefused("redirects a request with a body to another server")
    dropped = {"host"} if same_origin else {"host", *_OF_ONE_ORIGIN}
    if not keeps_method:
        dropped |= {"content-length", "content-type", "transfer-encoding"}
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in dropped]
    method = request.method if keeps_method or request.method == "HEAD" else "GET"
    content = request.content if keeps_method else None
    fresh = client_for(target).build_request(method, target, headers=headers, content=content)
    return fresh, basic_auth if same_origin else None


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Whatever the libraries raise, as one of our family and without what it quotes."""
    try:
        yield
    except (httpx2.TimeoutException, httpcore2.TimeoutException) as error:
        timed_out = OutboundTimedOut("The service did not answer in time.")
        timed_out.unsent = isinstance(error, _BEFORE_SENDING)
        raise timed_out from error
    except (
        httpx2.LocalProtocolError,
        httpx2.InvalidURL,
        httpx2.UnsupportedProtocol,
        httpcore2.LocalProtocolError,
        httpcore2.UnsupportedProtocol,
    ):
        # These quote the header or the URL, and so perhaps a token: a traceback must not show them.
        raise OutboundRefused("cannot be sent as it is") from None
    except (
        httpx2.HTTPError,
        httpx2.StreamError,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        OSError,
    ) as error:
        untrusted = untrusted_words(error)
        failed = OutboundFailed(untrusted or "The service could not be reached.")
        failed.untrusted = untrusted is not None
        failed.unsent = isinstance(error, _BEFORE_SENDING)
        raise failed from error
    except (UnicodeError, ValueError, TypeError):
        raise OutboundRefused("cannot be sent as it is") from None


def _merged(url: str, params: Mapping[str, str] | None) -> httpx2.QueryParams | None:
    """The URL's own query with `params` added; the library would replace it."""
    return httpx2.URL(url).params.merge(dict(params)) if params else None


def _naming(field: str, refusal: InvalidInput) -> InvalidInput:
    named = InvalidInput.field(field, refusal.message)
    return InvalidInput(named.message, code=OutboundRefused.code, errors=named.errors)
