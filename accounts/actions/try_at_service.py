"""Whether a service accepts a key, a password or a token: its own test call, made with it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.service_call import call_service
from authconfigs.catalogue.toolkit import Call, Toolkit
from authconfigs.schemes import scheme_named
from flowra.errors import FlowraError, InvalidInput, ProviderFailed, ProviderTimedOut

REFUSED = frozenset({400, 401, 403, 404, 422})


def try_at_service(
    toolkit: Toolkit,
    auth_scheme: str,
    secrets: Mapping[str, str],
    values: Mapping[str, str],
    *,
    named: str = "",
    through: str = "",
) -> None:
    """Makes the service's test call, if it has one and there is something to try.

    Raises InvalidInput naming the field of the key, under `named`, when the service refuses it; ProviderFailed and
    ProviderTimedOut when the service cannot say at the moment.
    """
    call = test_call_of(toolkit, auth_scheme)
    if call is None or not secrets:
        return
    name, shown = key_field(toolkit, auth_scheme)
    try:
        answer = call_service(
            toolkit, call, auth_scheme=auth_scheme, secrets=secrets, values=values, through=through
        )
    except InvalidInput as error:
        if error.errors and error.problem_code == "invalid_input":
            problem = error.errors[0]
            raise InvalidInput.field(named + problem.field, problem.message) from error
        unreached = _("%(service)s could not be reached, so this could not be checked.")
        raise InvalidInput.field(named + name, unreached % {"service": toolkit.name}) from error
    except FlowraError as error:
        again = _(
            "%(service)s could not be reached, so this could not be checked. Try again in a minute."
        ) % {"service": toolkit.name}
        if isinstance(error, ProviderTimedOut):
            raise ProviderTimedOut(again) from error
        raise ProviderFailed(again) from error
    if answer.status in REFUSED or (answer.status == 200 and not answer.is_good):
        raise InvalidInput.field(
            named + name,
            _("%(service)s did not accept this. Check the %(field)s and try again.")
            % {"service": toolkit.name, "field": _(shown)},
        )
    if not answer.is_good:
        raise ProviderFailed(
            _("%(service)s has trouble at the moment, so this could not be checked. Try again in a minute.")
            % {"service": toolkit.name}
        )


def test_call_of(toolkit: Toolkit, auth_scheme: str) -> Call | None:
    """What tells whether a credential is good; for tokens, asking whose they are does as well."""
    if toolkit.test_call is None and toolkit.identity and scheme_named(auth_scheme).needs_redirect:
        return toolkit.identity.call
    return toolkit.test_call


def key_field(toolkit: Toolkit, auth_scheme: str) -> tuple[str, str]:
    """The field that is to blame when a service says no: its name, and what it is called."""
    scheme = scheme_named(auth_scheme)
    for field in scheme.account_fields(toolkit):
        if field.secret:
            return field.name, field.display_name
    return ("access_token", "access token") if scheme.needs_redirect else ("", "it")
