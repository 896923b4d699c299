"""What a connection needs besides the grant (a subdomain, a key): which fields, and whether the values will do."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import LinkSession
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Field, Toolkit
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra.errors import FieldProblem, InvalidInput

MAX_LENGTH = 500
MAX_SECRET_LENGTH = 8_000
# Control characters end or split a header line; the bidirectional ones make a value read as another.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Values = dict[str, str]


def fields_of(auth_config: AuthConfig, toolkit: Toolkit) -> tuple[Field, ...]:
    """All that a connection through this auth config may be given: the service's own fields, then the scheme's."""
    return (*toolkit.connection_fields, *scheme_named(auth_config.auth_scheme).account_fields(toolkit))


def missing_connection_fields(
    auth_config: AuthConfig, toolkit: Toolkit, given: Container[str]
) -> tuple[Field, ...]:
    """The fields that neither the auth config nor `given` has a value for, in the order of the form."""
    return tuple(
        field
        for field in fields_of(auth_config, toolkit)
        if field.name not in given and not auth_config.settings.get(field.name)
    )


def fields_to_ask(session: LinkSession) -> tuple[Field, ...]:
    """What the connect page's form asks for: what the app and the auth config left open."""
    account = session.account
    toolkit = toolkit_for(session.project, account.toolkit_slug)
    return missing_connection_fields(
        account.auth_config, toolkit, {**session.connection_data, **session.prefilled}
    )


def values_from_form(session: LinkSession, form: Mapping[str, str]) -> tuple[Values, Values]:
    """The form's values as (public, secret), for the fields that were asked for; what else it holds is ignored.

    An app's own values cannot be overwritten. Raises InvalidInput naming each field, by the form's names.
    """
    account = session.account
    toolkit = toolkit_for(session.project, account.toolkit_slug)
    asked = fields_to_ask(session)
    given = {field.name: form[field.name].strip() for field in asked if form.get(field.name, "").strip()}
    problems = [
        FieldProblem(field.name, _("%(field)s is needed.") % {"field": _(field.display_name)})
        for field in asked
        if field.required and field.default is None and field.name not in given
    ]
    if problems:
        raise InvalidInput.fields(problems)
    return checked_connection_data(account.auth_config, toolkit, given, named="")


def checked_connection_data(
    auth_config: AuthConfig, toolkit: Toolkit, data: Mapping[str, Any], *, named: str = "connectionData."
) -> tuple[Values, Values]:
    """`data` as (public, secret) texts. Raises InvalidInput naming each unknown or unusable one, under `named`."""
    known = {field.name: field for field in fields_of(auth_config, toolkit)}
    problems: list[FieldProblem] = []
    public: Values = {}
    secret: Values = {}
    for name, value in data.items():
        field = known.get(name)
        problem = _problem_with(field, value, known)
        if problem is not None or field is None:
            problems.append(FieldProblem(named + str(name)[:100], problem or "is unknown"))
            continue
        (secret if field.secret else public)[name] = str(value)
    if problems:
        raise InvalidInput.fields(problems)
    return public, secret


def _problem_with(field: Field | None, value: Any, known: Mapping[str, Field]) -> str | None:
    if field is None:
        return f"is not a field of this service; it has {', '.join(known) or 'none'}."
    if isinstance(value, bool) or not isinstance(value, str | int):
        return _("must be a text.")
    text = str(value)
    if not text:
        return _("may not be empty.")
    if len(text) > (MAX_SECRET_LENGTH if field.secret else MAX_LENGTH):
        return _("is too long.")
    if _UNSAFE.search(text):
        return _("has characters that cannot be sent.")
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        if not field.example:
            return _("This does not look right.")
        names = {"field": _(field.display_name), "example": field.example}
        return _("This does not look right. The %(field)s looks like %(example)s.") % names
    return None
