"""The start-up check of the catalogue: a file that cannot be used stops the start, with file and key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, Warning

from .load import Catalogue, CatalogueError, all_toolkits
from .load_tools import Tools, all_tools


def check_catalogue(**kwargs: Any) -> Sequence[CheckMessage]:
    """`authconfigs.E001` for each file of the catalogue that cannot be used, `W001` for a logo that is not
    there."""
    return [*messages_about(all_toolkits()), *messages_about_tools(all_tools())]


def messages_about(catalogue: Catalogue) -> list[CheckMessage]:
    """The same for any catalogue."""
    messages: list[CheckMessage] = []
    for slug in catalogue:
        try:
            toolkit = catalogue[slug]
        except CatalogueError as error:
            messages.append(Error(str(error), hint="Mend that key of that file.", id="authconfigs.E001"))
            continue
        if "://" not in toolkit.logo and finders.find(toolkit.logo) is None:
            messages.append(
                Warning(
                    f"toolkits/{slug}.toml: logo: there is no static/{toolkit.logo}", id="authconfigs.W001"
                )
            )
    return messages


def messages_about_tools(tools: Tools) -> list[CheckMessage]:
    """`authconfigs.E001` for each file of tools that cannot be used."""
    messages: list[CheckMessage] = []
    for toolkit_slug in tools:
        try:
            tools[toolkit_slug]
        except CatalogueError as error:
            messages.append(Error(str(error), hint="Mend that key of that file.", id="authconfigs.E001"))
    return messages
