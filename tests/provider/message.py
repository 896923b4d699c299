"""A request that came in and the answer that goes out, and how answers are made."""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

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
        """Whether a page of `origin` sent this, as far as the browser tells; who is no browser is let in."""
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
