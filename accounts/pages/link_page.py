"""What the connect page shows before anybody has agreed to anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.actions.connection_values import fields_to_ask
from accounts.models import LinkSession
from accounts.oauth2.client import client_of
from accounts.pages.app_logo import logo_of_app
from accounts.pages.permissions import grouped
from accounts.service_call import template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.fill import fill
from authconfigs.catalogue.scopes import missing_scopes, what_is_shared
from authconfigs.catalogue.toolkit import Field, Toolkit
from authconfigs.schemes import scheme_named
from flowra.errors import FlowraError
from flowra.pages.names import cut_in_the_middle

LONGEST_NAME = 40
# So many are read; of more, those that are not sensitive wait behind a line that says how many they are.
MOST_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class AskedField:
    """One field of the form. What was typed is shown again, unless it is a secret."""

    field: Field
    value: str
    problem: str

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden as it is typed."""
        return self.field.secret or self.field.type == "password"

    @property
    def name(self) -> str:
        """What it is called, in the page's language."""
        return _(self.field.display_name)

    @property
    def help(self) -> str:
        """What it is and where one finds it."""
        return " ".join(_(text) for text in (self.field.description, self.field.where) if text)

    @property
    def described_by(self) -> str:
        """The ids of what explains it, for screen readers."""
        parts = [f"{self.field.name}-problem"] if self.problem else []
        if self.help:
            parts.append(f"{self.field.name}-where")
        return " ".join(parts)


def asked_fields(
    session: LinkSession, typed: Mapping[str, str], problems: Mapping[str, str]
) -> list[AskedField]:
    """The form's fields, with what was typed and what is wrong with it."""
    return [
        AskedField(
            field=field,
            value="" if field.secret else typed.get(field.name, field.default or "")[:500],
            problem=_as_sentence(field, problems.get(field.name, "")),
        )
        for field in fields_to_ask(session)
    ]


def link_page_context(
    session: LinkSession, typed: Mapping[str, str], problems: Mapping[str, str]
) -> dict[str, Any]:
    """All that the template needs. `problems` by field; those of no field stand on top alone."""
    toolkit = toolkit_for(session.project, session.account.toolkit_slug)
    scheme = scheme_named(session.account.auth_config.auth_scheme)
    fields = asked_fields(session, typed, problems)
    user = session.account.external_user
    user_scopes = session.account.auth_config.settings.get("user_scopes") or ()
    asked_scopes = list(dict.fromkeys([*session.scopes, *user_scopes])) if scheme.needs_redirect else []
    shared = what_is_shared(toolkit, asked_scopes)
    is_again = session.asks_again
    fresh = missing_scopes(toolkit.oauth2, asked_scopes, _granted(session)) if is_again else ()
    at_once = min(len(shared.can), max(MOST_AT_ONCE, sum(each.sensitive for each in shared.can)))
    return {
        "session": session,
        "project": session.project,
        "toolkit": toolkit,
        "mark": "waiting",
        "app_logo": logo_of_app(session.project),
        "user_name": "" if user.is_default else user.name,
        "user_name_shown": cut_in_the_middle(user.name, LONGEST_NAME),
        "revoke_host": revoke_host_of(toolkit),
        "goes_there": scheme.needs_redirect,
        "host": host_of(session, toolkit),
        "is_again": is_again,
        "asks_more": bool(fresh),
        "fresh_scopes": fresh,
        "fresh_texts": {toolkit.scopes[scope].text for scope in fresh if scope in toolkit.scopes},
        "account_name": session.account.identity_label if is_again else "",
        "account_name_shown": cut_in_the_middle(session.account.identity_label, LONGEST_NAME),
        "shared": shared,
        # Between two things that the app will not be able to do.
        "cannot": _(", or to ").join(_(text) for text in shared.cannot),
        "can": grouped(shared.can[:at_once]),
        "can_besides": grouped(shared.can[at_once:]),
        "more": len(shared.can) - at_once,
        "scopes": asked_scopes,
        "fields": fields,
        "problems": [each for each in fields if each.problem],
        "other_problems": [
            text for name, text in problems.items() if name not in {each.field.name for each in fields}
        ],
    }


def _granted(session: LinkSession) -> list[str]:
    account = session.account
    granted: list[str] | None = account.scopes_granted
    return account.scopes_requested if granted is None else granted


def revoke_host_of(toolkit: Toolkit) -> str:
    """Where a person takes a connection back at the service itself; empty where no such page is known."""
    return urlsplit(toolkit.revoke_page).netloc.removeprefix("www.")


def authorization_url_of(session: LinkSession) -> str | None:
    """Where the button leads, as far as it is known before the form is filled in; None for a key or a password."""
    account = session.account
    toolkit = toolkit_for(session.project, account.toolkit_slug)
    if toolkit.oauth2 is None or not scheme_named(account.auth_config.auth_scheme).needs_redirect:
        return None
    try:
        client = client_of(account.auth_config, toolkit, session.connection_data)
        return client.url(toolkit.oauth2.authorization_url)
    except FlowraError:
        return toolkit.oauth2.authorization_url


def host_of(session: LinkSession, toolkit: Toolkit) -> str:
    """The host that the person, or the key, goes to next; where it depends on the form, the part that does not."""
    url = authorization_url_of(session)
    if url is None:
        values = template_values(session.account.auth_config, toolkit, session.connection_data)
        try:
            url = fill(toolkit.base_url, values)
        except FlowraError:
            url = toolkit.base_url
    host = urlsplit(url).netloc
    return host.rpartition("}.")[2] if "{" in host else host


def _as_sentence(field: Field, problem: str) -> str:
    """The actions' refusals go on from the field's name ("is too long."); beside a field they stand alone."""
    if problem[:1] == "は":  # Japanese has neither small letters nor a space there
        return f"{_(field.display_name)}{problem}"
    return f"{_(field.display_name)} {problem}" if problem[:1].islower() else problem
