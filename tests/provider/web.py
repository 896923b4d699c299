"""A small threaded HTTP/1.1 server whose answers can also be delivered badly on purpose.

WSGI hides the socket, and half of what a provider does wrong in the wild (a reset, half an answer, a slow
drip) happens there; so this sits on the standard library's request handler and lets a `Reply` bring its own
delivery.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import json
import secrets
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

LARGEST_BODY = 8 * 1024 * 1024
IDLE_SECONDS = 30.0

Delivery = Callable[[socket.socket, bytes, bytes], None]
"""Sends head and body over the connection in its own way; the connection is closed afterwards."""


@dataclass(frozen=True)
class Request:
    """One request, its body read. Header names are looked up in any case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @cached_property
    def query_lists(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @cached_property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in self.query_lists.items()}

    @cached_property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower()

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form-encoded body; empty for any other body."""
        if self.content_type != "application/x-www-form-urlencoded":
            return {}
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    @cached_property
    def json(self) -> dict[str, Any]:
        """The object in a JSON body; empty for any other body."""
        if self.content_type != "application/json":
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @cached_property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    @cached_property
    def basic(self) -> tuple[str, str] | None:
        """User name and password of HTTP Basic authentication, as they stand (RFC 7617)."""
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (name, password) if colon else None

    def cookie(self, name: str) -> str | None:
        jar: SimpleCookie = SimpleCookie()
        with contextlib.suppress(CookieError):
            jar.load(self.headers.get("Cookie", ""))
        return jar[name].value if name in jar else None

    def is_same_origin(self, origin: str) -> bool:
        """Whether a page of `origin` sent this, as far as the browser tells; a caller that is no browser is

        let in.
        """
        site = self.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in ("same-origin", "none")
        sent = self.headers.get("Origin")
        return sent is None or sent == origin


@dataclass
class Reply:
    """One answer; `delivery`, where set, sends it in a way of its own."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    delivery: Delivery | None = None

    @property
    def location(self) -> str | None:
        """Where a redirect leads; Authlib's RFC 9207 extension reads and sets it under this name."""
        return next((value for name, value in self.headers if name.lower() == "location"), None)

    @location.setter
    def location(self, url: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != "location"] + [("Location", url)]


App = Callable[[Request], Reply]


def as_json(value: object, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Reply:
    """`value` as a JSON answer that no cache keeps."""
    body = json.dumps(value).encode()
    return Reply(
        status, body, [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *(headers or [])]
    )


def as_page(markup: str, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Reply:
    """An HTML page that is neither cached nor framed and may load its own style sheet and nothing else.

    No `form-action`: Chromium applies it to every redirect after the form, and consent leads to another
    origin.
    """
    policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    fixed = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Reply(status, markup.encode(), [*fixed, *(headers or [])])


def as_redirect(url: str, status: int = 303, headers: list[tuple[str, str]] | None = None) -> Reply:
    return Reply(status, b"", [("Location", url), ("Cache-Control", "no-store"), *(headers or [])])


def escape(text: object) -> str:
    """`text` safe inside HTML text and quoted attributes."""
    return html.escape(str(text), quote=True)


def reset(connection: socket.socket, head: bytes = b"", body: bytes = b"") -> None:
    """Closes the connection with a TCP reset in place of an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


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
        """Ends every open connection, kept-alive ones too: a stopped server must not answer one more

        request.
        """
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
