"""A tool: one call to a service with described arguments, from the catalogue or from a project's own definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """What is sent. Every text is a template: `{name}` stands for an argument, all else is sent as it is.

    `url` is a path under the toolkit's base URL, or a URL on one of the toolkit's origins. An argument is one segment
    of the path; `{name*}` may be several. In `query`, `headers`, `form` and `json`, an entry that names an argument
    that was not given is left out, and in `json` an object for which none of its arguments was given. There, a text that is nothing but `{name}` becomes the argument's own value,
    whatever its type; in `query`, a list is repeated. `quirk` names a function in tool_quirks.py, which makes further
    values of the arguments.
    """

    method: Method
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    quirk: str | None = None


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """How the service says that it did not work.

    `ok_field` names a boolean that must be true in an answer with a good status. `error` are dotted paths to the
    service's own words, alternatives in order. `refused` are those words that mean what status 401 means elsewhere:
    the credential is no longer good.
    """

    ok_field: str | None = None
    error: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """`toolkit` is the toolkit's slug; `input_schema` is a JSON Schema (2020-12) of the arguments, in the subset that
    tool_schema.py allows; `scopes` are what an OAuth account must hold; `output` says in words what comes back.

    `id` is set for a project's own tool, None for the catalogue's, which are always active.
    """

    slug: str
    name: str
    toolkit: str
    request: ToolRequest
    input_schema: Mapping[str, Any]
    description: str = ""
    tags: tuple[str, ...] = ()
    important: bool = False
    scopes: tuple[str, ...] = ()
    output: str = ""
    answer: ToolAnswer = field(default_factory=ToolAnswer)
    id: str | None = None
    is_active: bool = True
