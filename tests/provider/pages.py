"""The practice provider's pages: plain HTML with its own style sheet, no scripts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .message import Reply, escape
from .records import Person

STYLE = Path(__file__).with_name("practice.css")


def style_sheet() -> Reply:
    headers = [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "max-age=300")]
    return Reply(200, STYLE.read_bytes(), headers)


def login(people: Iterable[Person], goal: str) -> str:
    """Pick an account; `goal` is where it goes on."""
    rows = "".join(
        f'<li><button name="account" value="{escape(person.email)}">'
        f"<strong>{escape(person.name)}</strong> <span>{escape(person.email)}</span></button></li>"
        for person in people
    )
    return _page(
        "Choose an account",
        f"""<p>These are practice accounts. They have no password and hold nothing real.</p>
<form method="post" action="/login"><input type="hidden" name="next" value="{escape(goal)}">
<ul class="accounts">{rows}</ul></form>""",
    )


def consent(service: str, app: str, person: Person, scopes: list[tuple[str, str]], target: str) -> str:
    """What `app` asks of `person`, each scope with what it means, and the two buttons."""
    rows = "".join(
        f"<li>{escape(meaning or scope)}{f' <code>{escape(scope)}</code>' if meaning else ''}</li>"
        for scope, meaning in scopes
    )
    asked = (
        f"<p>It asks to:</p><ul class='scopes'>{rows}</ul>"
        if rows
        else "<p>It asks only to know who you are.</p>"
    )
    role = (
        "" if service == "Practice" else f'<p class="role">Practice is standing in for {escape(service)}.</p>'
    )
    return _page(
        f"{app} wants to use your {service} account",
        f"""{role}<p>You are signed in as <strong>{escape(person.email)}</strong>.</p>{asked}
<form method="post" action="{escape(target)}" class="decision">
<button name="decision" value="allow" class="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form>
<form method="post" action="/logout"><input type="hidden" name="next" value="{escape(target)}">
<button class="link">Use another account</button></form>""",
    )


def front(person: Person | None, services: Iterable[str], *, keeps: bool) -> str:
    """What this is, for somebody who lands here."""
    who = (
        f"You are signed in as <strong>{escape(person.email)}</strong>."
        if person
        else "Nobody is signed in here."
    )
    end = (
        "When it stops it keeps what was allowed here, and forgets who was signed in."
        if keeps
        else "It forgets everything when it stops."
    )
    names = "".join(f"<li>{escape(name)}</li>" for name in services)
    return _page(
        "A service to practise with",
        f"""<p>Practice is an authorization server and a small API for trying out connections. It runs on this
machine only and holds nothing real. {end}</p><p>{who}</p>
<p>It can stand in for:</p><ul class="services">{names}</ul>""",
    )


def trouble(words: str) -> str:
    """Something is wrong; nothing was shared."""
    return _page("This did not work", f"<p>{escape(words)}</p><p>Go back to the app and try again.</p>")


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Practice</title><link rel="stylesheet" href="/practice.css"></head>
<body><header><p class="brand">Practice</p></header><main><h1>{escape(title)}</h1>{body}</main>
<footer><p>A practice service. Nothing here is real.</p></footer></body></html>
"""
