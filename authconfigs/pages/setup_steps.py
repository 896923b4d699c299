"""How an app is registered at a service, step by step, in the names of this app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from authconfigs.catalogue.toolkit import Toolkit

_PART = re.compile(r"\{(redirect_uri|scopes|app_name|service)\}|(https://[^\s,;]+[^\s,;.)])")


@dataclass(frozen=True, slots=True)
class Step:
    """One step as HTML; `shows` is what belongs beneath it: `redirect_uri`, `scopes`, or nothing."""

    words: SafeString
    shows: frozenset[str]


def steps_of(toolkit: Toolkit, app_name: str) -> tuple[Step, ...]:
    """The catalogue's steps; for a project's own toolkit what holds everywhere. Empty where nothing is to be done."""
    return tuple(
        Step(
            format_html_join("", "{}", ((part,) for part in _parts(text, toolkit, app_name))),
            frozenset(name for name in ("redirect_uri", "scopes") if f"{{{name}}}" in text),
        )
        for text in toolkit.setup.steps or _usual_steps(toolkit)
    )


def plain_steps(toolkit: Toolkit, app_name: str) -> tuple[str, ...]:
    """The catalogue's steps as plain text, for where no address is at hand."""
    said = {
        "redirect_uri": "the redirect URI",
        "scopes": "the scopes that you will ask for",
        "app_name": app_name,
        "service": toolkit.name,
    }
    return tuple(
        _PART.sub(lambda found: said[found[1]] if found[1] else found[0], text)
        for text in toolkit.setup.steps
    )


def client_words(toolkit: Toolkit) -> tuple[str, str]:
    """What the service calls the client's id and its secret."""
    return toolkit.setup.client_id or "Client ID", toolkit.setup.client_secret or "Client secret"


def _usual_steps(toolkit: Toolkit) -> tuple[str, ...]:
    if toolkit.oauth2 is not None:
        secret = "" if toolkit.oauth2.token_auth_method == "none" else " and its client secret"
        return (
            "At {service}, register an OAuth app, often called a client or an integration, with the name {app_name}.",
            "Where it asks for the redirect URI, also called callback URL, paste {redirect_uri}.",
            "If it asks for scopes, allow {scopes}.",
            f"Copy its client ID{secret}.",
        )
    return ()


def _parts(text: str, toolkit: Toolkit, app_name: str) -> Iterator[SafeString]:
    told = 0
    for found in _PART.finditer(text):
        yield conditional_escape(text[told : found.start()])
        told = found.end()
        name, url = found.groups()
        if url:
            yield format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', url, url)
        elif name == "app_name":
            yield format_html("<bdi class='name'>{}</bdi>", app_name)
        elif name == "service":
            yield conditional_escape(toolkit.name)
        else:
            yield SafeString("this address" if name == "redirect_uri" else "these scopes")
    yield conditional_escape(text[told:])
