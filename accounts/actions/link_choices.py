"""A link that leaves the service to the person: which auth configs it offers, and what it is once one is chosen.

Choosing alone changes nothing: the choice stands in the page's address until the button is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.actions.connection_values import checked_connection_data, fields_of
from accounts.actions.wanted_scopes import wanted_scopes
from accounts.models import LinkSession
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from flowra.errors import Conflict, FieldProblem, InvalidInput
from flowra.models import Project

MAX_CHOICES = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """One service to choose. `name` tells two auth configs of one service apart."""

    auth_config: AuthConfig
    toolkit: Toolkit
    name: str


def choices_of(project: Project, ids: Sequence[str]) -> list[Choice]:
    """Those of `ids` that can be connected now, in that order; two queries."""
    found = {
        each.pk: each
        for each in AuthConfig.live.filter(project=project, pk__in=list(ids), is_disabled=False)
        if each.pk in ids
    }
    configs = [found[id] for id in ids if id in found]
    toolkits = toolkits_for(project, {each.toolkit_slug for each in configs})
    configs = [each for each in configs if each.toolkit_slug in toolkits]
    slugs = [each.toolkit_slug for each in configs]
    return [
        Choice(
            each,
            toolkits[each.toolkit_slug],
            (each.display_name or each.name) if slugs.count(each.toolkit_slug) > 1 else "",
        )
        for each in configs
    ]


def check_data_for_choices(choices: Sequence[Choice], data: Mapping[str, Any]) -> dict[str, str]:
    """An app's `connectionData` for a link with choices: each field must fit those services that know it.

    Raises InvalidInput naming a field that none knows, that does not fit, or that is secret: a secret belongs to one
    service, and so to a link for that one.
    """
    checked: dict[str, str] = {}
    known = {field.name for each in choices for field in fields_of(each.auth_config, each.toolkit)}
    if strange := [name for name in data if name not in known]:
        raise InvalidInput.fields(
            [
                FieldProblem(f"connectionData.{str(name)[:100]}", "is a field of none of these services")
                for name in strange
            ]
        )
    for each in choices:
        public, secret = checked_connection_data(each.auth_config, each.toolkit, _known_to(each, data))
        if secret:
            raise InvalidInput.field(
                f"connectionData.{next(iter(secret))}", "is secret: send it with one authConfigId"
            )
        checked |= public
    return checked


def as_chosen(session: LinkSession, auth_config_id: str) -> LinkSession:
    """The link as if it had been made for that one of its choices; nothing is stored.

    Raises Conflict (`auth_config_disabled`) for what it does not offer any more.
    """
    choice = next(
        (
            each
            for each in choices_of(session.project, session.auth_config_choices)
            if each.auth_config.pk == auth_config_id
        ),
        None,
    )
    if choice is None:
        raise Conflict("Connecting is switched off at the moment.", code="auth_config_disabled")
    account = session.account
    account.auth_config, account.toolkit_slug = choice.auth_config, choice.auth_config.toolkit_slug
    session.scopes = wanted_scopes(choice.auth_config, choice.toolkit, None, None)
    session.connection_data = _known_to(choice, session.connection_data)
    account.scopes_requested = [*session.scopes, *choice.auth_config.settings.get("user_scopes", ())]
    return session


def _known_to(choice: Choice, data: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields_of(choice.auth_config, choice.toolkit)}
    return {name: value for name, value in data.items() if name in known}
