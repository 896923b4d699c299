"""A small threaded HTTP/1.1 server whose answers can also be delivered badly on purpose.

WSGI hides the socket, and half of what a provider does wrong in the wild (a reset, half an answer, a slow
drip) happens there; so this sits on the standard library's request handler and lets a `Reply` bring its own
delivery.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import socketserver
import sys
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from .message import App, Reply, Request, as_json

LARGEST_BODY = 8 * 1024 * 1024
IDLE_SECONDS = 30.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    # With Nagle's algorithm a client's delayed acknowledgement would cost 40 ms an answer.
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            self._send(as_json({"error": "body_too_large"}, 413))
            return
        if self.server.closing.is_set():
            self.close_connection = True
            return
        request = Request(self.command, self.path, cast(Mapping[str, str], self.headers), body)
        try:
            reply = self.server.app(request)
        except Exception:
            self.log_error("no answer to %s %s", self.command, self.path)
            self._send(as_json({"error": "server_error"}, 500))
            raise
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _read_body(self) -> bytes | None:
        """The whole body, or None where it is larger than `LARGEST_BODY` or its length makes no sense."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return None
        return self.rfile.read(int(length))

    def _read_chunks(self) -> bytes | None:
        body = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(64).split(b";")[0], 16)
            except ValueError:
                return None
            if size == 0:
                while self.rfile.readline(4096).strip():
                    pass
                return bytes(body)
            if len(body) + size > LARGEST_BODY:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(4)

    def _send(self, reply: Reply) -> None:
        phrase = (
            HTTPStatus(reply.status).phrase if reply.status in HTTPStatus._value2member_map_ else "Practice"
        )
        lines = [f"HTTP/1.1 {reply.status} {phrase}"]
        lines += [
            f"{name}: {value}" for name, value in reply.headers if "\n" not in value and "\r" not in value
        ]
        if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in reply.headers):
            lines.append(f"Content-Length: {len(reply.body)}")
        if reply.delivery is not None:
            self.close_connection = True
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        body = b"" if self.command == "HEAD" else reply.body
        with contextlib.suppress(OSError):
            if reply.delivery is not None:
                reply.delivery(self.connection, head, body)
            else:
                self.connection.sendall(head + body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the provider keeps its own log of calls."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], app: App) -> None:
        super().__init__(address, _Handler)
        self.app = app
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is shown as the standard library shows it."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Ends every open connection, kept-alive ones too: a stopped server answers nothing more."""
        self.closing.set()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class WebServer:
    """Serves `app` on a loopback address from a thread of its own."""

    def __init__(self, app: App, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._address = (host, port)
        self._server: _Server | None = None

    @property
    def origin(self) -> str:
        """`http://host:port` while it runs. Raises `RuntimeError` before `start`."""
        if self._server is None:
            raise RuntimeError("the server has not been started")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Binds and serves.

        Raises `OSError` where the port is taken. The port stays the same after a restart.
        """
        self._server = _Server(self._address, self._app)
        self._address = (self._address[0], int(self._server.server_address[1]))
        name = f"web-{secrets.token_hex(2)}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name=name, daemon=True).start()

    def stop(self) -> None:
        """Stops answering at once and frees the port; stopping twice is harmless."""
        if self._server is not None:
            server, self._server = self._server, None
            server.shutdown()
            server.hang_up()
            server.server_close()
