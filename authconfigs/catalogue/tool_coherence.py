"""What no type can say of a tool: its slug, its addresses, and that each argument has a place and each place an argument."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from .strict import Fault
from .tool import Tool
from .tool_quirks import QUIRKS
from .tool_schema import check_input_schema
from .toolkit import Toolkit

SLUG: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
MAX_SLUG: Final = 100
TEMPLATE: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(\*?)\}")
_SCALARS = frozenset(("string", "integer", "number", "boolean"))
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Who asks, where to, and how it is sent is not a tool's to say.
_OWN_HEADERS = frozenset(
    (
        *("authorization", "cookie", "host", "user-agent", "accept-encoding", "x-api-key", "x-username"),
        *("connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "expect"),
        *("te", "trailer", "upgrade", "keep-alive", "forwarded", "via", "x-real-ip"),
    )
)


def check_tool(tool: Tool, toolkit: Toolkit) -> None:
    """Raises Fault naming the key of the first thing that cannot work."""
    if not SLUG.fullmatch(tool.slug) or len(tool.slug) > MAX_SLUG:
        raise Fault("slug", f"must be capitals and digits joined by underscores, at most {MAX_SLUG}")
    check_input_schema(tool.input_schema)
    _check_request(tool, toolkit)
    if tool.answer.ok_field is not None and not tool.answer.ok_field.isprintable():
        raise Fault("answer.ok_field", "must be a name")


def origins_of(toolkit: Toolkit) -> tuple[str, ...]:
    """Where the toolkit's own calls bring its credential: `https://host[:port]`, as templates stand in them."""
    calls = (toolkit.identity.call if toolkit.identity else None, toolkit.test_call)
    urls = [toolkit.base_url, *(call.url for call in calls if call is not None and "://" in call.url)]
    return tuple(dict.fromkeys(origin_in(url) for url in urls))


def origin_in(url: str) -> str:
    """Scheme and host of a URL or of a template for one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def names_in(value: Any) -> Iterator[str]:
    """The names of all templates in a text, or in the texts of JSON-like data at any depth."""
    if isinstance(value, str):
        yield from (found[1] for found in TEMPLATE.finditer(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from names_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from names_in(inner)


def _check_request(tool: Tool, toolkit: Toolkit) -> None:
    request = tool.request
    arguments: Mapping[str, Any] = tool.input_schema.get("properties", {})
    _check_url(request.url, toolkit)
    if request.quirk is not None and request.quirk not in QUIRKS:
        raise Fault("request.quirk", "names no function in tool_quirks.py")
    quirk = QUIRKS[request.quirk] if request.quirk else None
    made = quirk.makes if quirk else ()
    if request.form and request.json is not None:
        raise Fault("request.form", "cannot be sent together with json")
    if request.method == "GET" and (request.form or request.json is not None):
        raise Fault("request.method", "must be another than GET where a body is sent")
    for name in request.headers:
        lower = name.lower()
        if (
            not _HEADER.fullmatch(name)
            or lower in _OWN_HEADERS
            or lower.startswith(("proxy-", "sec-", "x-forwarded-"))
        ):
            raise Fault(f"request.headers.{name}"[:200], "is not a header that a tool may set")
        if lower in map(str.lower, toolkit.request_headers) or (
            toolkit.api_key is not None and lower == toolkit.api_key.name.lower()
        ):
            raise Fault(f"request.headers.{name}", "is the toolkit's to set")
    for name, text in request.headers.items():
        if not text.isascii():
            raise Fault(
                f"request.headers.{name}", "must be ASCII: other characters cannot be sent in a header"
            )
    used = set(quirk.takes if quirk else ())
    for key in ("url", "query", "headers", "form", "json"):
        for place, text in _texts(getattr(request, key), f"request.{key}"):
            used |= _checked_names(place, text, {*arguments, *made}, in_path=key == "url")
    for name in (found[1] for found in TEMPLATE.finditer(request.url)):
        _check_in_path(name, arguments.get(name), tool.input_schema)
    for name in names_in(dict(request.headers)):
        if not _is_scalar(arguments.get(name)):
            raise Fault(
                f"input_schema.properties.{name}", "stands in a header: its type must be a scalar one"
            )
    for name in tool.input_schema.get("required", ()):
        if name not in arguments:
            raise Fault("input_schema.required", f"names {str(name)[:64]}, which is no argument")
    for name in arguments:
        if name not in used:
            raise Fault(f"input_schema.properties.{name}", "goes nowhere: no part of the request names it")


def _check_url(url: str, toolkit: Toolkit) -> None:
    key = "request.url"
    if not url.isascii() or not url.isprintable() or any(odd in url for odd in " \\#?"):
        raise Fault(key, "must be a plain path or URL; what belongs into the query has a place of its own")
    if "://" not in url:
        if not url.startswith("/") or url.startswith("//"):
            raise Fault(key, "must begin with one /, or be a URL")
        path = url
    else:
        try:
            origin, path = origin_in(url), urlsplit(url).path
        except ValueError:  # brackets that hold no address
            origin, path = "", ""
        # Compared as they stand: a template in the host is good where the toolkit has the same one.
        if origin not in origins_of(toolkit):
            raise Fault(key, f"must be on the toolkit's origins: {', '.join(origins_of(toolkit))}")
        if not path:
            raise Fault(key, "must have a path")
    if any(part in (".", "..") or "%" in part for part in path.split("/")):
        raise Fault(key, "may have no dot segments, and nothing percent-encoded")


def _check_in_path(name: str, schema: Any, whole: Mapping[str, Any]) -> None:
    if not _is_scalar(schema):
        raise Fault(f"input_schema.properties.{name}", "stands in the path: its type must be a scalar one")
    if name not in whole.get("required", ()) and "default" not in schema:
        raise Fault(
            f"input_schema.properties.{name}", "stands in the path: it must be required, or have a default"
        )


def _is_scalar(schema: Any) -> bool:
    return isinstance(schema, Mapping) and isinstance(schema.get("type"), str) and schema["type"] in _SCALARS


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}"[:200])
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{key}.{index}"[:200])


def _checked_names(key: str, text: str, known: set[str], *, in_path: bool) -> set[str]:
    if in_path and "://" in text:
        text = urlsplit(text).path
    if re.search(r"[{}]", TEMPLATE.sub("", text)):
        raise Fault(key, "has a brace that begins or ends no {name}")
    found = set()
    for match in TEMPLATE.finditer(text):
        if match[1] not in known:
            raise Fault(key, f"names {{{match[1][:64]}}}, which is no argument")
        if match[2] and not in_path:
            raise Fault(key, "may have {name*} in the path only")
        found.add(match[1])
    return found
