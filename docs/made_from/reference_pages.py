"""The API's reference, made from its own OpenAPI description when the site is built."""

from __future__ import annotations

import html
import os
import re
import tempfile
from typing import Any

_FRONT = (
    "All below `/api/v1`. Send the project's key as `x-api-key` or as `Authorization: Bearer`; `x-username` acts as one of "
    "your users. A running Flowra serves the same as a page at `/api/v1/docs` and as OpenAPI 3.1 at `/api/v1/schema`."
)


def pages() -> dict[str, str]:
    """Each page's Markdown by its path below `docs/`."""
    groups = _groups()
    names = [each["name"] for each in groups]
    whole = ["# API reference", "", _FRONT, "", "```{toctree}", ":maxdepth: 2", *names, "```", ""]
    return {"api/index.md": "\n".join(whole), **{f"api/{each['name']}.md": page_of(each) for each in groups}}


def _groups() -> list[dict[str, Any]]:
    """The endpoints by tag, as Flowra describes them; what it needs to start is made in a folder that goes again."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("FLOWRA_DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowra.settings")
        import django

        django.setup()
        from flowra.api import description

        return description.groups()


def page_of(group: dict[str, Any]) -> str:
    """One group of endpoints in Markdown."""
    lines = [f"# {_title(group['name'])}", ""]
    for methods, each in _together(group["operations"]):
        path = each["path"].removeprefix("/api/v1")
        lines += [f"## {', '.join(methods)} {path}", "", _words(each["description"]), ""]
        lines += _fields("Parameters", each["parameters"], "where")
        lines += _fields("Body", each["body"])
        for answer in each["answers"]:
            lines += _fields(f"Answer {answer['status']}", answer["fields"])
        failures = [
            f"`{a['status']}` {_words(a['description'])}" for a in each["answers"] if a["status"][0] in "45"
        ]
        if failures:
            lines += ["**Failures**", "", *(f"- {failure}" for failure in failures), ""]
    return "\n".join(lines) + "\n"


def _together(operations: list[dict[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """Operations that say the same of themselves, as the proxy's of each method, are told once, with the longest path."""
    found: dict[str, tuple[list[str], dict[str, Any]]] = {}
    for each in operations:
        methods, first = found.get(each["description"], ([], each))
        if each["path"].startswith(first["path"].rstrip("/")):
            first = each
        else:
            methods, first = [], each
        found[each["description"]] = (list(dict.fromkeys([*methods, each["method"]])), first)
    return list(found.values())


def _fields(title: str, fields: list[dict[str, Any]], *more: str) -> list[str]:
    if not fields:
        return []
    lines = [f"**{title}**", "", f"| Name |{''.join(' In |' for _ in more)} Type | What it is |"]
    lines.append("|---|" + "---|" * len(more) + "---|---|")
    for field in fields:
        name = f"`{field['name']}`" + (" *needed*" if field["required"] else "")
        kind = field["type"].replace("|", "\\|")
        cells = [name, *(field[each] for each in more), kind, _words(field["description"])]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _title(tag: str) -> str:
    words = tag.replace("_", " ").replace("-", " ")
    return f"{words[:1].upper()}{words[1:]}"


def _words(text: str) -> str:
    """The description's words as Markdown: they come escaped, with code marked as HTML."""
    marked = re.sub(r"</?code>", "`", str(text))
    return html.unescape(marked).replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
