"""Arguments into a request: the templates of a tool filled, so that no value reaches beyond its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from flowra.errors import Conflict, InvalidInput

from .fill import fill
from .tool import Tool
from .tool_coherence import TEMPLATE, names_in, origin_in
from .tool_quirks import QUIRKS
from .toolkit import Toolkit

# RFC 9110, 5.5: a field value has no control characters, and neither begins nor ends with a blank.
_UNSENDABLE = re.compile("[\x00-\x1f\x7f]")
_WHOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
MAX_URL = 8_000


@dataclass(frozen=True, slots=True)
class FilledRequest:
    """What a call sends besides its signature. `path` is quoted and begins with /, or is a URL whose host is a template
    still; `query` is encoded.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: dict[str, Any] | None = None

    def url(self, toolkit: Toolkit, origins: tuple[str, ...], values: Mapping[str, str]) -> str:
        """Where it goes, at the toolkit of one account whose `values` fill the addresses.

        Raises InvalidInput for a value that is missing, Conflict where the toolkit has moved away from under the tool.
        """
        if "://" in self.path:
            host_end = self.path.index("/", self.path.index("://") + 3)
            base, path = self.path[:host_end], self.path[host_end:]
        else:
            base, path = toolkit.base_url, self.path
        url = fill(base, values).rstrip("/") + path
        if origin_in(url) not in [origin_in(fill(each, values)) for each in origins]:
            raise Conflict(
                "This tool's address is on none of its toolkit's origins any more. Change the tool.",
                code="tool_unusable",
            )
        return f"{url}?{self.query}" if self.query else url


def filled_request(tool: Tool, arguments: Mapping[str, Any]) -> FilledRequest:
    """The request for these arguments, which were checked against the tool's schema.

    Raises InvalidInput naming `arguments.…` for a value that cannot stand where it is to go.
    """
    request = tool.request
    values = dict(arguments)
    if request.quirk is not None:
        values |= QUIRKS[request.quirk].make(arguments)
    query = [(name, text) for name, template in request.query.items() for text in _repeated(template, values)]
    headers = {}
    for name, template in request.headers.items():
        text = _text(template, values)
        if text is not None:
            headers[name] = _sendable(text, template)
    form = {name: _text(template, values) for name, template in request.form.items()}
    filled = FilledRequest(
        method=request.method,
        path=_path(request.url, values),
        query=urlencode(query),
        headers=headers,
        form={name: text for name, text in form.items() if text is not None} if request.form else None,
        json=_object(request.json, values) if request.json is not None else None,
    )
    if len(filled.path) + len(filled.query) > MAX_URL:
        raise InvalidInput.field("arguments", f"make a URL of more than {MAX_URL} characters")
    return filled


def _path(template: str, values: Mapping[str, Any]) -> str:
    def value_of(match: re.Match[str]) -> str:
        name, several = match[1], bool(match[2])
        text = as_text(values[name])
        segments = re.split(r"[/\\]", text)
        # A dot segment, quoted or not, would walk up the path (RFC 3986, 5.2.4).
        if any(part in (".", "..") for part in segments) or not text:
            raise InvalidInput.field(f"arguments.{name}", "cannot stand in this service's address")
        if several and not all(segments):
            raise InvalidInput.field(f"arguments.{name}", "must be a path without empty parts")
        return "/".join(quote(part, safe="") for part in text.split("/")) if several else quote(text, safe="")

    host_end = template.index("/", template.index("://") + 3) if "://" in template else 0
    return template[:host_end] + TEMPLATE.sub(value_of, template[host_end:])


def _repeated(template: str, values: Mapping[str, Any]) -> list[str]:
    whole = _WHOLE.fullmatch(template)
    value = values.get(whole[1]) if whole else None
    if isinstance(value, list):
        return [as_text(each) for each in value]
    text = _text(template, values)
    return [] if text is None else [text]


def _text(template: str, values: Mapping[str, Any]) -> str | None:
    """None where it names an argument that was not given, or is null."""
    if any(values.get(name) is None for name in names_in(template)):
        return None
    return TEMPLATE.sub(lambda match: as_text(values[match[1]]), template)


def as_text(value: Any) -> str:
    """A JSON value where only text can stand: true and 1.5 as JSON writes them, lists and objects as JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _sendable(text: str, template: str) -> str:
    if _UNSENDABLE.search(text) or not text.isascii() or text != text.strip():
        name = next(names_in(template), "")
        raise InvalidInput.field(f"arguments.{name}", "has characters that cannot be sent in a header")
    return text


_LEFT_OUT: Any = object()


def _object(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    filled = {name: _json(each, values) for name, each in template.items()}
    return {name: value for name, value in filled.items() if value is not _LEFT_OUT}


def _json(template: Any, values: Mapping[str, Any]) -> Any:
    """What was not given is left out; so is, with its fixed parts, an object that none of its arguments was given for."""
    if isinstance(template, str):
        whole = _WHOLE.fullmatch(template)
        if whole:
            return values.get(whole[1], _LEFT_OUT)
        text = _text(template, values)
        return _LEFT_OUT if text is None else text
    if not isinstance(template, Mapping | list | tuple):
        return template
    named = list(names_in(template))
    if named and not any(name in values for name in named):
        return _LEFT_OUT
    if isinstance(template, Mapping):
        return _object(template, values)
    return [item for item in (_json(each, values) for each in template) if item is not _LEFT_OUT]
