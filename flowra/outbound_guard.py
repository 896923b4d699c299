"""Which addresses may be called: public ones, and those that the operator allows besides.

Every address that a name resolves to is checked, and the connection is made to one that was checked, so that a name
which changes between the two does no harm (server-side request forgery by DNS rebinding).
"""

from __future__ import annotations

import contextvars
import ipaddress
import os
import re
import socket
import ssl
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from typing import Any
from urllib.parse import urlsplit

import httpcore2
from django.conf import settings

from flowra.errors import InvalidInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_SECONDS = 5.0
_DNS_THREADS = 16
# RFC 3986 has neither of these in a URL; browsers, Python and servers read them differently.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\<>\"`{}|^]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
# IANA's special-purpose registries (RFC 6890), where Python's own lists differ by version.
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in (
        *(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
        ),
        *(
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
        ),
        *(
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "::1/128",
            "::/96",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
        ),
        *("2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)


class OutboundRefused(InvalidInput):
    """400: that address may not be called from here."""

    code = "address_refused"


class HostUnknown(OutboundRefused):
    """400: the host does not resolve."""


class HostInward(OutboundRefused):
    """400: the host is not on the public internet, and the operator does not allow it."""


deadline: contextvars.ContextVar[float] = contextvars.ContextVar("deadline")
"""When, by `time.monotonic()`, the whole call under way must be over."""

_resolvers = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="flowra-dns")


def _resolve_anew() -> None:
    """In a forked child: the parent's threads are not there, though the pool would count on them."""
    global _resolvers
    _resolvers = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="flowra-dns")


os.register_at_fork(after_in_child=_resolve_anew)


def remaining() -> float:
    """Seconds that the call under way still has; never negative."""
    return max(deadline.get(time.monotonic() + CONNECT_SECONDS) - time.monotonic(), 0.0)


def taken_apart(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL that may be called as far as its text goes; raises OutboundRefused saying why."""
    if not url or len(url) > 8000 or _UNSAFE.search(url):
        raise OutboundRefused("is not a plain http or https URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OutboundRefused("is not a plain http or https URL") from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or url[len(scheme) : len(scheme) + 3] != "://" or not parts.hostname:
        raise OutboundRefused("is not a plain http or https URL")
    if "@" in parts.netloc:
        raise OutboundRefused("may not have a user name in it")
    host = parts.netloc.rsplit(":", 1)[0] if parts.port is not None else parts.netloc
    if not _HOST.fullmatch(host) or port == 0 or parts.netloc.endswith(":"):
        raise OutboundRefused("does not have a plain host name")
    return scheme, parts.hostname, port or (443 if scheme == "https" else 80)


def check_url(url: str) -> None:
    """Raises OutboundRefused for a URL that may not be called: its text, or an address of its host."""
    scheme, host, port = taken_apart(url)
    try:
        checked_addresses(host, port, plain=scheme == "http", seconds=CONNECT_SECONDS)
    except httpcore2.ConnectTimeout as error:
        raise HostUnknown("has a host that does not resolve") from error


def checked_addresses(host: str, port: int, *, plain: bool, seconds: float) -> list[Address]:
    """All addresses of `host`, each of which may be called; `plain`: without TLS, which only allowed ranges may be.

    Raises OutboundRefused when one may not, or when there is none; httpcore2's ConnectTimeout when DNS takes too long.
    """
    addresses = _resolved(host, port, seconds)
    if not addresses:
        raise HostUnknown("has a host that does not resolve")
    for address in addresses:
        if is_allowed(address):
            continue
        if not is_public(address):
            raise HostInward(
                "has a host that is not on the public internet; FLOWRA_OUTBOUND_ALLOW can allow it"
            )
        if plain:
            raise OutboundRefused("must be https: nothing secret is sent in the clear")
    return addresses


def is_allowed(address: Address) -> bool:
    """Whether the operator allows it, as FLOWRA_OUTBOUND_ALLOW has it."""
    networks: Iterable[Any] = settings.FLOWRA_OUTBOUND_ALLOW
    meant = _mapped(address) or address
    return any(each.version == meant.version and meant in each for each in networks)


def is_public(address: Address) -> bool:
    """Whether it is on the public internet, and so is any IPv4 address inside it."""
    mapped = _mapped(address)
    if mapped is not None:
        return is_public(mapped)
    if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _NAT64):
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if any(each.version == address.version and address in each for each in _NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def _mapped(address: Address) -> ipaddress.IPv4Address | None:
    return address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None


def _resolved(host: str, port: int, seconds: float) -> list[Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    looking = _resolvers.submit(socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM)
    try:
        found = looking.result(timeout=min(seconds, CONNECT_SECONDS))
    except TookTooLong as error:
        looking.cancel()
        raise httpcore2.ConnectTimeout("the name was not resolved in time") from error
    except (OSError, UnicodeError):
        return []
    texts = dict.fromkeys(str(each[4][0]).split("%")[0] for each in found)
    return [ipaddress.ip_address(text) for text in texts]


class Stream(httpcore2.NetworkStream):
    """A connection on which no read or write outlasts the call's deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if remaining() <= 0:
            raise httpcore2.ReadTimeout("the call took too long")
        return self._stream.read(max_bytes, min(timeout or remaining(), remaining()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if remaining() <= 0:
            raise httpcore2.WriteTimeout("the call took too long")
        self._stream.write(buffer, min(timeout or remaining(), remaining()))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = min(CONNECT_SECONDS, remaining())
        return Stream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedNetwork(httpcore2.NetworkBackend):
    """Connects to addresses that were checked, in the order that the resolver gave."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._network = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Within five seconds in all; raises OutboundRefused, or what httpcore2 raises."""
        end = time.monotonic() + min(CONNECT_SECONDS, remaining())
        failure: Exception = httpcore2.ConnectTimeout("the call took too long")
        for address in checked_addresses(host, port, plain=self._plain, seconds=end - time.monotonic()):
            seconds = end - time.monotonic()
            if seconds <= 0:
                break
            try:
                return Stream(
                    self._network.connect_tcp(str(address), port, seconds, local_address, socket_options)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        """Never: nothing out there is a file here."""
        raise OutboundRefused("is not a plain http or https URL")
