"""A key or a password, typed into the connect page: tried at the service where it can be, then stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from accounts.actions.connection_values import values_from_form
from accounts.actions.continue_link import TIME_TO_FINISH, bind_to_browser, refuse_switched_off
from accounts.actions.ending import Ending
from accounts.actions.finish_link import Granted, store_granted
from accounts.actions.store_credential import Grant
from accounts.identity import who_it_is
from accounts.models import LinkSession, LinkState
from accounts.service_call import call_service, template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from flowra.errors import FlowraError, Gone, InvalidInput
from flowra.events.record import END_USER

REFUSED = frozenset({400, 401, 403, 404, 422})


def submit_credentials(session: LinkSession, browser: str, values: Mapping[str, str]) -> Ending:
    """Stores what was typed and makes the account ACTIVE, where the service accepts it.

    Raises InvalidInput naming the form's fields (the link stays good), Conflict when the auth config is switched off,
    Gone (`wrong_browser`, `link_used`, `link_expired`).
    """
    account = session.account
    refuse_switched_off(account)
    toolkit = toolkit_for(session.project, account.toolkit_slug)
    typed, typed_secrets = values_from_form(session, values)
    data = {**session.connection_data, **typed}
    secrets = {**session.prefilled, **typed_secrets}
    bind_to_browser(session, browser)
    _claim(session)
    scheme = account.auth_config.auth_scheme
    for_templates = template_values(account.auth_config, toolkit, data)
    try:
        _try_at_service(toolkit, scheme, secrets, for_templates)
    except InvalidInput:
        _back_to_the_form(session)
        raise
    identity = who_it_is(toolkit, auth_scheme=scheme, secrets=secrets, values=for_templates)
    ending = store_granted(
        session,
        Granted(Grant(secrets, issued_at=timezone.now()), identity, connection_data=data),
        toolkit,
        actor=END_USER,
    )
    if ending is None:
        raise Gone("This link has been used.", code="link_used", extra={"session": session})
    return ending


def _claim(session: LinkSession) -> None:
    """STARTED → FINISHING for one of several submissions of the form."""
    now = timezone.now()
    claimed = LinkSession.objects.filter(pk=session.pk, state=LinkState.STARTED, expires_at__gt=now).update(
        state=LinkState.FINISHING, due_at=now + TIME_TO_FINISH
    )
    if not claimed:
        raise Gone("This link has been used.", code="link_used", extra={"session": session})
    session.state = LinkState.FINISHING


def _back_to_the_form(session: LinkSession) -> None:
    LinkSession.objects.filter(pk=session.pk, state=LinkState.FINISHING).update(
        state=LinkState.STARTED, due_at=session.expires_at
    )
    session.state = LinkState.STARTED


def _try_at_service(
    toolkit: Toolkit, auth_scheme: str, secrets: Mapping[str, str], values: Mapping[str, str]
) -> None:
    """Makes the toolkit's test call, if it has one; raises InvalidInput naming the field that holds the key."""
    if toolkit.test_call is None or not secrets:
        return
    fields = scheme_named(auth_scheme).account_fields(toolkit)
    field = next((field for field in fields if field.secret), None)
    name, shown = (field.name, field.display_name) if field else ("", "it")
    try:
        answer = call_service(
            toolkit, toolkit.test_call, auth_scheme=auth_scheme, secrets=secrets, values=values
        )
    except InvalidInput as error:
        if error.errors and error.problem_code == "invalid_input":
            raise
        raise InvalidInput.field(
            name, f"{toolkit.name} could not be reached, so this could not be checked."
        ) from error
    except FlowraError as error:
        raise InvalidInput.field(
            name, f"{toolkit.name} could not be reached, so this could not be checked. Try again in a minute."
        ) from error
    if answer.status in REFUSED:
        raise InvalidInput.field(
            name, f"{toolkit.name} did not accept this. Check the {shown} and try again."
        )
    if not 200 <= answer.status < 300:
        raise InvalidInput.field(
            name,
            f"{toolkit.name} has trouble at the moment, so this could not be checked. Try again in a minute.",
        )
