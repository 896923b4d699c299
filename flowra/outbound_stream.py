"""The way out for what is passed through: an answer is read while it arrives, a body sent while it is read.

The same guard as `flowra.outbound.send`, on the same connections; nothing is followed, decoded or kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import httpcore2

from flowra.outbound import translated
from flowra.outbound_connections import let_go_of_database, pool_for
from flowra.outbound_guard import CONNECT_SECONDS, deadline, taken_apart

Headers = Sequence[tuple[str, str]]
# Nothing is changed by asking again, so a connection that turned out to be closed is no failure.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class StreamedAnswer:
    """Status and headers of an answer whose body is still arriving; read it with `chunks`, or `close` it."""

    status: int
    headers: list[tuple[str, str]] = field(repr=False)
    _response: httpcore2.Response = field(repr=False)
    _ends_at: float = field(repr=False)
    _longest_pause: float = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """The body as it was sent, piece by piece. Raises OutboundFailed, OutboundTimedOut; closes in the end.

        The pieces may be asked for by other threads than the one that began.
        """
        try:
            pieces = iter(self._response.iter_stream())
            while True:
                token = deadline.set(min(self._ends_at, time.monotonic() + self._longest_pause))
                try:
                    with translated():
                        piece = next(pieces, None)
                finally:
                    deadline.reset(token)
                if piece is None:
                    return
                if piece:
                    yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Ends it; what had not arrived never will."""
        self._response.close()


def stream(
    method: str,
    url: str,
    *,
    target: str,
    headers: Headers,
    content: bytes | Iterable[bytes] | None = None,
    seconds: float,
    longest_pause: float,
    through: str = "",
) -> StreamedAnswer:
    """Sends a request to the server of `url`, with `target` (path and query, ASCII) as it stands.

    `content` is sent as it is read; its length or encoding must be among `headers`. `seconds` are for all of it,
    `longest_pause` for the answer's head and between two pieces; `through` is a forward proxy's URL. Raises OutboundRefused, OutboundFailed, OutboundTimedOut.
    """
    scheme, host, port = taken_apart(url)
    let_go_of_database()
    started = time.monotonic()
    request_url = httpcore2.URL(scheme=scheme, host=host, port=port, target=target.encode("ascii"))
    token = deadline.set(started + min(longest_pause, seconds))
    try:
        with translated():
            sent = [("Host", _host_header(scheme, host, port)), *headers]
            wire = [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent]
            wait = {
                "connect": CONNECT_SECONDS,
                "read": longest_pause,
                "write": longest_pause,
                "pool": CONNECT_SECONDS,
            }
            body = content if content is not None else b""

            pool = pool_for(url, through)

            def ask() -> httpcore2.Response:
                return pool.handle_request(
                    httpcore2.Request(
                        method=method,
                        url=request_url,
                        headers=wire,
                        content=body,
                        extensions={"timeout": wait},
                    )
                )

            try:
                response = ask()
            except (httpcore2.RemoteProtocolError, httpcore2.ReadError):
                if method not in _SAFE or content:
                    raise
                response = ask()
    finally:
        deadline.reset(token)
    return StreamedAnswer(
        response.status,
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers],
        response,
        started + seconds,
        longest_pause,
    )


def _host_header(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == (443 if scheme == "https" else 80) else f"{name}:{port}"
