"""A service's API that answers as it is told and remembers what reached it, to the byte."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reached:
    """One request: its target as it was on the wire, headers in lower case, the body's bytes."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Told:
    """What to answer. `write` sends the body itself, piece by piece."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b"{}"
    write: Callable[[Callable[[bytes], Any]], None] | None = None


class Mirror:
    """On loopback, at `url`; `answer` decides by the request."""

    def __init__(self) -> None:
        self.reached: list[Reached] = []
        self.answer: Callable[[Reached], Told] = lambda _: Told()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                if self.headers.get("Transfer-Encoding", "") == "chunked":
                    body = b"".join(iter(self._chunk, b""))
                else:
                    body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Reached(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                )
                mirror.reached.append(request)
                told = mirror.answer(request)
                self.send_response(told.status)
                for name, value in told.headers:
                    self.send_header(name, value)
                if told.write is None:
                    if not any(name.lower() == "content-length" for name, _ in told.headers):
                        self.send_header("Content-Length", str(len(told.body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(told.body)
                    return
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()

                def piece(data: bytes) -> None:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    self.wfile.flush()

                told.write(piece)
                self.wfile.write(b"0\r\n\r\n")

            def _chunk(self) -> bytes:
                size = int(self.rfile.readline(), 16)
                data = self.rfile.read(size)
                self.rfile.readline()
                return data

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _any

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True)
        self._thread.start()

    @property
    def last(self) -> Reached:
        """The newest request."""
        return self.reached[-1]

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
