"""The connections of each process to the outside, pooled and guarded; to be used by the way out alone."""

from __future__ import annotations

import os
import threading
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2
from django.db import connection

from flowra.outbound_guard import GuardedNetwork, check_url, taken_apart

_LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=30)


def let_go_of_database() -> None:
    """Gives this thread's connection back to the pool, where there is one: nobody else waits for it meanwhile."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


# A process keeps connections through so many of its projects' proxies.
_MAX_PROXIES = 100
_clients: dict[tuple[int, bool, str], httpx2.Client] = {}
_clients_lock = threading.Lock()


def _begin_anew() -> None:
    """In a forked child: the lock may be held by a thread that is not there any more."""
    global _clients_lock
    _clients_lock = threading.Lock()


os.register_at_fork(after_in_child=_begin_anew)


def client_for(url: str, through: str = "") -> httpx2.Client:
    """One pool for https and one for http, in each process its own: connections do not survive a fork.

    `through` is a forward proxy (RFC 9110, 3.7). What it is asked for must be an address that may be called, too, as far
    as can be told from here: it resolves the name by itself.
    """
    plain = taken_apart(url)[0] == "http"
    if through:
        check_url(url)
    key = (os.getpid(), plain, through)
    with _clients_lock:
        if key not in _clients:
            if through and sum(bool(other) for *_, other in _clients) >= _MAX_PROXIES:
                _clients.pop(next(kept for kept in _clients if kept[2]))
            transport = httpx2.HTTPTransport(trust_env=False, limits=_LIMITS)
            # The library takes no network backend from outside; its minor version is pinned, and a test watches.
            transport._pool = _pool(plain, through)
            no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            _clients[key] = httpx2.Client(transport=transport, trust_env=False, cookies=no_cookies)
        return _clients[key]


def _pool(plain: bool, through: str) -> httpcore2.ConnectionPool:
    kept: dict[str, Any] = {
        "ssl_context": httpx2.create_ssl_context(trust_env=False),
        "max_connections": _LIMITS.max_connections,
        "max_keepalive_connections": _LIMITS.max_keepalive_connections,
        "keepalive_expiry": _LIMITS.keepalive_expiry,
    }
    if not through:
        return httpcore2.ConnectionPool(network_backend=GuardedNetwork(plain=plain), **kept)
    to_it = GuardedNetwork(plain=taken_apart(through)[0] == "http")
    return httpcore2.HTTPProxy(through, network_backend=to_it, **kept)


def pool_for(url: str, through: str = "") -> httpcore2.ConnectionPool:
    """The guarded connections under the client, for who speaks to them directly."""
    transport = client_for(url, through)._transport
    assert isinstance(transport, httpx2.HTTPTransport)
    pool = transport._pool
    assert isinstance(pool, httpcore2.ConnectionPool)
    return pool
