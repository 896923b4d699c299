"""A key or a password, typed into the connect page: tried at the service where it can be, then stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from accounts.actions.connection_values import values_from_form
from accounts.actions.continue_link import TIME_TO_FINISH, bind_to_browser, refuse_switched_off
from accounts.actions.ending import Ending
from accounts.actions.finish_link import store_granted
from accounts.actions.store_credential import Grant
from accounts.actions.store_grant import Granted
from accounts.actions.try_at_service import key_field, try_at_service
from accounts.identity import who_it_is
from accounts.models import LinkSession, LinkState
from accounts.service_call import template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from flowra.errors import Gone, InvalidInput, ProviderFailed
from flowra.events.record import END_USER


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
    scheme, through = account.auth_config.auth_scheme, account.auth_config.proxy_url
    for_templates = template_values(account.auth_config, toolkit, data)
    try:
        _try(toolkit, scheme, secrets, for_templates, through)
    except InvalidInput:
        _back_to_the_form(session)
        raise
    identity = who_it_is(toolkit, auth_scheme=scheme, secrets=secrets, values=for_templates, through=through)
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


def _try(
    toolkit: Toolkit,
    auth_scheme: str,
    secrets: Mapping[str, str],
    values: Mapping[str, str],
    through: str,
) -> None:
    """The form has one place for what went wrong, the field of the key; raises InvalidInput naming it."""
    try:
        try_at_service(toolkit, auth_scheme, secrets, values, through=through)
    except ProviderFailed as error:
        raise InvalidInput.field(key_field(toolkit, auth_scheme)[0], error.message) from error
