"""Acme's one page: plain HTML with its own style sheet, no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..message import Reply, escape

STYLE = Path(__file__).with_name("acme.css")
STATUSES = {
    "ACTIVE": ("good", "Active"),
    "EXPIRED": ("careful", "Needs you"),
    "INACTIVE": ("plain", "Switched off"),
}


@dataclass(frozen=True)
class Notice:
    """What just happened. `tone` is good, bad or plain."""

    tone: str
    words: str


def style_sheet() -> Reply:
    headers = [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "max-age=300")]
    return Reply(200, STYLE.read_bytes(), headers)


def front(
    service: str,
    user: str,
    users: Sequence[str],
    connections: Sequence[dict[str, Any]],
    notice: Notice | None,
    flowra_url: str,
) -> str:
    """The page for `user`: the button, and what is connected."""
    told = f'<p class="notice {notice.tone}" role="status">{escape(notice.words)}</p>' if notice else ""
    rows = "".join(_row(account) for account in connections)
    listed = (
        f'<ul class="connections">{rows}</ul>'
        if rows
        else f'<p class="empty">Nothing is connected yet. Connect {escape(service)} to let Acme work with it.</p>'
    )
    more = "Connect another account" if rows else f"Connect {escape(service)}"
    return _page(
        f"{told}<h1>Connections</h1>"
        f"<p>Let Acme work with your {escape(service)} account. You can take it back here at any time.</p>"
        f'<form method="post" action="/connect"><button class="main">{more}</button></form>'
        f'<section aria-labelledby="yours"><h2 id="yours">Yours</h2>{listed}</section>',
        _account(user, users),
        flowra_url,
    )


def lost() -> str:
    """An address that Acme has not."""
    return _page('<h1>There is nothing here</h1><p><a href="/">Go to your connections</a></p>', "", "")


def _row(account: dict[str, Any]) -> str:
    tone, status = STATUSES.get(str(account["status"]), ("plain", str(account["status"]).capitalize()))
    label, service = escape(account["label"]), escape(account["toolkit"]["name"])
    identifier = escape(account["id"])
    reason = account.get("statusReason") or {}
    why = f'<p class="why">{escape(reason["message"])}</p>' if reason.get("message") else ""
    again = (
        f'<form method="post" action="/connect"><input type="hidden" name="again" value="{identifier}">'
        f'<button>Connect again<span class="hidden"> {label}</span></button></form>'
        if account["status"] == "EXPIRED"
        else ""
    )
    return (
        f'<li><div class="what"><strong title="{label}">{label}</strong>'
        f"<span>{service} · since {_day(str(account['createdAt']))}</span>{why}</div>"
        f'<span class="status {tone}">{escape(status)}</span><div class="deeds">{again}'
        f'<form method="post" action="/disconnect"><input type="hidden" name="id" value="{identifier}">'
        f'<button>Disconnect<span class="hidden"> {label}</span></button></form></div></li>'
    )


def _day(moment: str) -> str:
    """`23 November`, with the exact time in UTC on hover."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return escape(moment)
    exact = f"{at:%Y-%m-%d %H:%M} UTC"
    return f'<time datetime="{escape(moment)}" title="{exact}">{at.day} {at:%B}</time>'


def _account(user: str, users: Sequence[str]) -> str:
    """Who is signed in, and a way to be somebody else: what a login is in a real app."""
    others = "".join(
        f'<button name="user" value="{escape(other)}">Switch to {escape(other)}</button>'
        for other in users
        if other != user
    )
    return (
        f'<div class="who"><span>Signed in as <strong>{escape(user)}</strong></span>'
        f'<form method="post" action="/switch">{others}</form></div>'
    )


def _page(body: str, account: str, flowra_url: str) -> str:
    through = f" Connections are made and kept by Flowra at {escape(flowra_url)}." if flowra_url else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connections · Acme</title><link rel="stylesheet" href="/acme.css"></head>
<body><header><a class="brand" href="/">Acme</a>{account}</header><main>{body}</main>
<footer><p>Acme is a sample app.{through}</p></footer></body></html>
"""
