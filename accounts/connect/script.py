"""`/connect.js`: the file that an app's page loads to let people connect without leaving it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

FILE = settings.BASE_DIR / "static" / "js" / "connect.js"


@cache
def source() -> bytes:
    """The file."""
    return FILE.read_bytes()


@cache
def packed() -> bytes:
    """The same, for browsers that unpack it; what `integrity` is held against is what comes out (W3C SRI, 3.3.4)."""
    return gzip.compress(source(), mtime=0)


@cache
def integrity() -> str:
    """What a page writes into `integrity`, so that no other file is run in its place (W3C Subresource Integrity)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(source()).digest()).decode()}"


def connect_script(request: HttpRequest) -> HttpResponse:
    """The file, for pages of any origin; its `integrity` is beside it in a header of its own."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    is_packed = re.search(
        r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", request.headers.get("Accept-Encoding", "")
    )
    etag = f'"{integrity()}{"-gzip" if is_packed else ""}"'
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponse(
        b"" if same else packed() if is_packed else source(),
        content_type="text/javascript; charset=utf-8",
        status=304 if same else 200,
    )
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Integrity"] = integrity()
    return response
