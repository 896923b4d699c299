"""A closed loop of callers: each sends its next request when its last one is answered."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any, Self

# Half of the server's threads: enough that it is never idle.
CALLERS = 16


class Unexpected(Exception):
    """An answer that is not what the figure is about."""


def request_bytes(
    path: str, *, key: str = "", cookie: str = "", method: str = "GET", body: bytes = b""
) -> bytes:
    """One HTTP/1.1 request on a connection that stays open."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if key:
        lines.append(f"x-api-key: {key}")
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def per_second(
    port: int, requests: Sequence[bytes], seconds: float, *, status: int = 200, callers: int = CALLERS
) -> float:
    """Answers a second, over `seconds`; raises Unexpected for any other status."""
    wanted = f"HTTP/1.1 {status}".encode()
    todo = cycle(requests)
    selector = selectors.DefaultSelector()
    for _ in range(callers):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(next(todo))
        selector.register(connection, selectors.EVENT_READ, bytearray())
    answered = 0
    began = time.perf_counter()
    until = began + seconds
    try:
        while time.perf_counter() < until:
            for ready, _ in selector.select(1):
                connection = ready.fileobj  # type: ignore[assignment]
                got: bytearray = ready.data
                got += connection.recv(262_144)
                if not _is_whole(got):
                    continue
                if not got.startswith(wanted):
                    raise Unexpected(bytes(got[:600]).decode(errors="replace"))
                got.clear()
                answered += 1
                connection.sendall(next(todo))
        return answered / (time.perf_counter() - began)
    finally:
        for each in list(selector.get_map().values()):
            each.fileobj.close()  # type: ignore[union-attr]
        selector.close()


class Exchange:
    """One caller alone, on one connection."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def milliseconds(self, request: bytes) -> float:
        """How long the answer took."""
        began = time.perf_counter()
        self._answer(request)
        return (time.perf_counter() - began) * 1000

    def json(self, request: bytes) -> dict[str, Any]:
        """The answer's body."""
        body: dict[str, Any] = json.loads(self._answer(request).split(b"\r\n\r\n", 1)[1])
        return body

    def _answer(self, request: bytes) -> bytearray:
        self._connection.sendall(request)
        got = bytearray()
        while not _is_whole(got):
            got += self._connection.recv(262_144)
        if not got.startswith(b"HTTP/1.1 200"):
            raise Unexpected(bytes(got[:600]).decode(errors="replace"))
        return got


def _is_whole(got: bytearray) -> bool:
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(got[:end]).lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0])
    return len(got) >= end + 4 + length
