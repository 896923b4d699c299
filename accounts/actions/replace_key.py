"""A new key or password in place of the old one: the account keeps its id, its name and whoever uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.connection_values import checked_connection_data
from accounts.actions.import_account import VAL, under
from accounts.actions.known_grant import marks_of, remember
from accounts.actions.store_credential import Grant
from accounts.actions.store_grant import Granted, store_grant
from accounts.actions.try_at_service import try_at_service
from accounts.identity import WhoItIs, who_it_is
from accounts.models import ConnectedAccount, Credential, Status
from accounts.service_call import template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra.errors import Conflict, FieldProblem, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor


def replace_key(
    account: ConnectedAccount, actor: Actor, val: Mapping[str, Any], *, auth_scheme: str | None = None
) -> None:
    """Tries `val` at the service, with what the account has besides, then stores it; `account` itself is not changed.

    An EXPIRED or FAILED account is ACTIVE afterwards; one that is switched off stays so. Raises InvalidInput naming the
    field, ProviderFailed where the service could not check it, NotFound for an account deleted meanwhile, Conflict
    (`account_not_connected`; `credential_changed` when another was stored since this call began).
    """
    stored = _stored(account.pk)
    auth_config = stored.auth_config
    scheme = auth_config.auth_scheme
    if auth_scheme not in (None, scheme):
        raise InvalidInput.field("connection.state.authScheme", f"is {scheme} for this account")
    toolkit = toolkit_for(stored.project, stored.toolkit_slug)
    _refuse_where_a_person_must_agree(scheme)
    if stored.status in (Status.INITIALIZING, Status.INITIATED):
        raise Conflict(
            "This account waits for a link to be finished; until then it has no key to replace.",
            code="account_not_connected",
        )
    credential = Credential.objects.filter(pk=stored.pk).only("version").first()
    version = credential.version if credential is not None else 0
    new_data, secrets = checked_connection_data(auth_config, toolkit, val, named=VAL)
    _refuse_without_a_secret(auth_config, toolkit, secrets)
    data = {**stored.connection_data, **new_data}
    values = template_values(auth_config, toolkit, data)
    try:
        scheme_named(scheme).signed_headers(toolkit, {**values, **secrets})
    except InvalidInput as error:
        raise under(VAL, error) from error
    try_at_service(toolkit, scheme, secrets, values, named=VAL, through=auth_config.proxy_url)
    found = who_it_is(
        toolkit, auth_scheme=scheme, secrets=secrets, values=values, through=auth_config.proxy_url
    )
    identity = found if found != WhoItIs(profile=found.profile) else _identity_of(stored)
    with transaction.atomic():
        granted = Granted(Grant(secrets, timezone.now()), identity, data)
        if not store_grant(stored.pk, granted, toolkit, version=version):
            raise _gone()
        remember(stored.pk, marks_of(auth_config.pk, stored.external_user_id, secrets, data))
        record_account(
            EventType.ACCOUNT_UPDATED,
            project_id=stored.project_id,
            account_id=stored.pk,
            actor=actor,
            data={"replaced": sorted(val)},
        )


def _stored(account_id: str) -> ConnectedAccount:
    found = (
        ConnectedAccount.live.select_related("auth_config", "project")
        .defer("project__logo")
        .filter(pk=account_id)
        .first()
    )
    if found is None:
        raise _gone()
    return found


def _gone() -> NotFound:
    return NotFound("There is no such connected account.", code="account_not_found")


def _refuse_where_a_person_must_agree(auth_scheme: str) -> None:
    scheme = scheme_named(auth_scheme)
    if scheme.needs_redirect:
        raise InvalidInput.field(
            "connection",
            f"cannot be replaced for {scheme.name}: POST connected_accounts/link with connectedAccountId makes a "
            "link by which the person connects it again",
        )
    if not scheme.secret_fields:
        raise InvalidInput.field("connection", f"cannot be replaced: {scheme.name} has no key")


def _refuse_without_a_secret(auth_config: AuthConfig, toolkit: Toolkit, secrets: Mapping[str, str]) -> None:
    """All of them anew: whoever may only change an address must not have the stored key sent to it."""
    fields = scheme_named(auth_config.auth_scheme).account_fields(toolkit)
    missing = [each for each in fields if each.secret and each.required and each.name not in secrets]
    if missing or not secrets:
        raise InvalidInput.fields(
            [FieldProblem(VAL + each.name, f"is needed: the new {each.display_name}") for each in missing]
            or [FieldProblem(VAL.rstrip("."), "holds no key")]
        )


def _identity_of(account: ConnectedAccount) -> WhoItIs:
    """What was known before, where the service does not say."""
    return WhoItIs(
        account.identity_id,
        account.identity_name,
        account.identity_email,
        account.identity_workspace,
        account.profile,
    )
