"""Where the web server listens, and what that makes the public URL."""

from __future__ import annotations

import errno
import os
import socket

from django.conf import settings
from django.core.management.base import CommandError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def require_free(host: str, port: int) -> None:
    """Raises CommandError, with what to do, when nothing can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            # On Linux two may be bound with SO_REUSEADDR as long as neither listens.
            probe.listen(1)
    except socket.gaierror as error:
        raise CommandError(f"--host {host} is not an address of this machine.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} on {host} is taken by another program. Choose another with --port."
            ) from error
        if error.errno == errno.EACCES:
            raise CommandError(
                f"Port {port} may not be opened by this user. Choose one above 1023."
            ) from error
        raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error


def is_free(host: str, port: int) -> bool:
    """Whether something could listen there."""
    try:
        require_free(host, port)
    except CommandError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def url_of(host: str, port: int) -> str:
    """The URL under which this machine reaches a server that listens there."""
    name = host if host in LOOPBACK else "127.0.0.1"
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def public_url_follows(host: str, port: int) -> None:
    """Unless FLOWRA_PUBLIC_URL is given, makes the public URL that of this server, here and for what it starts.

    Only a loopback URL takes another's place, so nothing else that the settings derive from it changes. Call it
    before the URLs are imported.
    """
    if os.environ.get("FLOWRA_PUBLIC_URL", "").strip():
        return
    url = url_of(host, port)
    os.environ["FLOWRA_PUBLIC_URL"] = url
    settings.FLOWRA_PUBLIC_URL = url
    settings.CSRF_TRUSTED_ORIGINS = [url]


def answers_http(host: str, port: int, timeout: float = 1.0) -> bool:
    """Whether something there answers HTTP: a listening socket alone may still be loading its application."""
    name = host if host in LOOPBACK else "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104
    name = "::1" if host == "::" else name
    try:
        with socket.create_connection((name, port), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False
