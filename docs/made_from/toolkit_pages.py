"""A page for each toolkit of the catalogue, made from its TOML file when the site is built."""

from __future__ import annotations

from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.load_tools import all_tools
from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.toolkit import Field, ScopeText, Toolkit
from authconfigs.pages.setup_steps import plain_steps

_SCHEMES = {
    "OAUTH2": "sign-in at the service (OAuth 2.0)",
    "API_KEY": "an API key",
    "BASIC": "user name and password",
    "BEARER_TOKEN": "a token",
    "NO_AUTH": "nothing",
}
_KINDS = {"identity": "who they are", "read": "read", "change": "change", "delete": "delete"}


def pages() -> dict[str, str]:
    """Each page's Markdown by its path below `docs/`."""
    made = {f"toolkits/{slug}.md": page_of(toolkit) for slug, toolkit in all_toolkits().items()}
    return {"toolkits/index.md": _list(), **made}


def _by_name() -> list[tuple[str, Toolkit]]:
    return sorted(all_toolkits().items(), key=lambda each: each[1].name.casefold())


def _list() -> str:
    rows = [
        [f"[{toolkit.name}]({slug}.md)", toolkit.description, _cell(", ".join(toolkit.categories))]
        for slug, toolkit in _by_name()
    ]
    return "\n".join(
        [
            "# Toolkits",
            "",
            "A toolkit is what Flowra knows of one service: one file of facts. A project may define its own, with the same "
            "abilities: `POST /api/v1/toolkits`.",
            "",
            *_table(["Service", "What for", "Kind"], rows),
            "",
            "```{toctree}",
            ":hidden:",
            *(slug for slug, _ in _by_name()),
            "```",
            "",
        ]
    )


def page_of(toolkit: Toolkit) -> str:
    """The toolkit's page in Markdown."""
    parts = [f"# {toolkit.name}", "", toolkit.description, ""]
    asked = [_SCHEMES.get(each, each) for each in toolkit.auth_schemes]
    facts = [
        ["Slug", f"`{toolkit.slug}`"],
        ["What a connection takes", " or ".join(asked)],
        ["Calls go to", f"`{toolkit.base_url}`"],
    ]
    if toolkit.docs_url:
        facts.append(["Its API", f"<{toolkit.docs_url}>"])
    facts.append(["Giving back", _giving_back(toolkit)])
    parts += _table(["", ""], facts)
    parts += _registering(toolkit)
    parts += _fields("What a connection asks for besides", toolkit.connection_fields)
    parts += _scopes(toolkit)
    parts += _tools(list(all_tools().get(toolkit.slug, {}).values()))
    return "\n".join(parts) + "\n"


def _giving_back(toolkit: Toolkit) -> str:
    if toolkit.oauth2 is not None and toolkit.oauth2.revoke is not None:
        said = f"Flowra tells {toolkit.name} to forget the grant when an account is deleted."
        if toolkit.oauth2.revoke.ends_all:
            said += f" {toolkit.name} then forgets all that the person granted to this client."
    else:
        said = f"{toolkit.name} offers no way to be told; Flowra wipes its secrets and says so."
    return f"{said} By hand: <{toolkit.revoke_page}>" if toolkit.revoke_page else said


def _registering(toolkit: Toolkit) -> list[str]:
    steps = plain_steps(toolkit, "your app")
    if not steps:
        return []
    if toolkit.oauth2 is not None:
        title = f"Registering your app at {toolkit.name}"
        words = "The set-up in the dashboard shows these steps with the redirect URI to paste, and tests the client afterwards."
    else:
        title = f"Where people find it at {toolkit.name}"
        words = "There is nothing to register: each person does this and pastes what is theirs."
    console = f"[{toolkit.setup.console_name}]({toolkit.setup.console_url})"
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    return ["", f"## {title}", "", f"{words} Begin at {console}.", "", *numbered]


def _fields(title: str, fields: tuple[Field, ...]) -> list[str]:
    if not fields:
        return []
    rows = [
        [f"`{each.name}`", each.display_name, _cell(" ".join(filter(None, (each.description, each.where))))]
        for each in fields
    ]
    return ["", f"## {title}", "", *_table(["Field", "Called", "What it is"], rows)]


def _scopes(toolkit: Toolkit) -> list[str]:
    if not toolkit.scopes:
        return []
    usual = set(toolkit.oauth2.default_scopes) if toolkit.oauth2 else set()

    def order(each: tuple[str, ScopeText]) -> tuple[bool, int, str]:
        return (not each[1].sensitive, list(_KINDS).index(each[1].kind), each[0])

    rows = [
        [
            f"`{name}`" + (" (asked for unless told otherwise)" if name in usual else ""),
            f"{text.text[:1].upper()}{text.text[1:]}",
            _KINDS[text.kind] + (", sensitive" if text.sensitive else ""),
        ]
        for name, text in sorted(toolkit.scopes.items(), key=order)
    ]
    return [
        "",
        "## Scopes",
        "",
        "What the person reads on the connect page, by the service's own names.",
        "",
        *_table(["Scope", "Lets the app", "Kind"], rows),
    ]


def _tools(tools: list[Tool]) -> list[str]:
    if not tools:
        return []
    parts = ["", "## Tools", "", "Run with `POST /api/v1/tools/execute/{slug}`; see [Tools](../tools.md)."]
    for tool in tools:
        needed = set(tool.input_schema.get("required", ()))
        rows = [
            [
                f"`{name}`" + (", needed" if name in needed else ""),
                str(shape.get("type", "")),
                _cell(str(shape.get("description", ""))),
            ]
            for name, shape in tool.input_schema.get("properties", {}).items()
        ]
        parts += ["", f"### {tool.name}", "", f"`{tool.slug}` {tool.description}", ""]
        if tool.scopes:
            parts += [f"Scopes: {', '.join(f'`{each}`' for each in tool.scopes)}.", ""]
        parts += _table(["Argument", "Type", "What it is"], rows) if rows else ["It takes no arguments."]
    return parts


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
