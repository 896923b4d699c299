"""Origins of web pages: `scheme://host[:port]` (RFC 6454, 6.2), read so that no browser reads them otherwise."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2000
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`{}|^]")


def origin_of(url: str) -> str | None:
    """`scheme://host[:port]` in lower case, without a default port; None when `url` is no plain http(s) URL.

    Browsers and Python read odd URLs differently, so all that is odd (spaces, backslashes, user info, non-ASCII) is none.
    """
    if not url.isascii() or _UNSAFE.search(url) or len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), parts.hostname
    if (
        scheme not in DEFAULT_PORTS
        or not host
        or "@" in parts.netloc
        or not url[len(scheme) :].startswith("://")
    ):
        return None
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host) or parts.netloc.endswith(":"):
        return None
    shown_host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown_host}" + ("" if port in (None, DEFAULT_PORTS[scheme]) else f":{port}")
