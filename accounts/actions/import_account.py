"""An account made without a link: a key that the app has, or a grant that a person gave elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.connection_values import checked_connection_data, missing_connection_fields
from accounts.actions.given_tokens import GivenTokens, tokens_given
from accounts.actions.known_grant import Marks, account_known_by, marks_of, remember
from accounts.actions.start_link import hold, start_link, usable_auth_config
from accounts.actions.store_credential import Grant, secrets_in
from accounts.actions.store_grant import Granted, store_grant
from accounts.actions.try_at_service import test_call_of, try_at_service
from accounts.identity import WhoItIs, who_it_is
from accounts.models import ConnectedAccount, ExternalUser, Status
from accounts.oauth2.client import client_of
from accounts.service_call import template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.scopes import granted_scopes
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra import prepared
from flowra.errors import FieldProblem, InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.models import Project

VAL = "connection.state.val."
WITHOUT_A_LINK = "is for a grant that is brought in; a link finds it out by itself"


@dataclass(frozen=True, slots=True)
class Given:
    """What the app sends of one account. `val` holds what the scheme and the service ask for, or tokens."""

    auth_config_id: str
    val: Mapping[str, Any] = field(repr=False)
    auth_scheme: str | None = None
    callback_url: str = ""
    display_name: str | None = None
    labels: Sequence[str] = ()
    identity: WhoItIs | None = None
    validate: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """`redirect_url` where a person must agree first. `is_duplicate`: it was there before, and nothing was stored."""

    account: ConnectedAccount
    redirect_url: str | None = None
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class _Grant:
    """What was given, checked: `values` and `signing` are what calls to the service are made with."""

    granted: Granted
    asked: tuple[str, ...] | None
    values: Mapping[str, str]
    signing: Mapping[str, str] = field(repr=False)
    tokens: GivenTokens | None = None


class _KnownMeanwhile(Exception):
    """Another call brought the same grant in at the same moment."""


def import_account(
    project: Project,
    given: Given,
    *,
    find_user: Callable[[], ExternalUser],
    actor: Actor,
    in_bulk: bool = False,
) -> Imported:
    """The account, ACTIVE at once; for OAuth without tokens, a link's.

    `find_user` is called when all else is known to do. `in_bulk`: the service is asked nothing (whose account it is,
    either) unless `given.validate`, and no links are made. Raises InvalidInput naming the field by its path on the wire,
    NotFound (auth config), Conflict (switched off), ProviderFailed where the service could not check it. All is stored
    in one transaction or nothing is. The same token or key again, for the same user and auth config, is the same account.
    """
    auth_config = usable_auth_config(project, given.auth_config_id)
    if given.auth_scheme not in (None, auth_config.auth_scheme):
        raise InvalidInput.field(
            "connection.state.authScheme", f"is {auth_config.auth_scheme} for this auth config"
        )
    toolkit = toolkit_for(project, auth_config.toolkit_slug)
    if scheme_named(auth_config.auth_scheme).needs_redirect:
        separator = toolkit.oauth2.scope_separator if toolkit.oauth2 else " "
        tokens, data = tokens_given(given.val, scope_separator=separator, named=VAL)
        if tokens is None:
            return _link(project, given, find_user, actor, in_bulk=in_bulk)
        grant = _of_tokens(auth_config, toolkit, tokens, data)
    else:
        grant = _of_keys(auth_config, toolkit, given.val)
    if given.validate:
        _refuse_what_cannot_be_tried(toolkit, auth_config.auth_scheme, grant)
    user = find_user()
    marks = marks_of(auth_config.pk, user.pk, grant.granted.grant.secrets, grant.granted.connection_data)
    known = account_known_by(marks)
    if known is not None:
        return Imported(known, is_duplicate=True)
    if given.validate:
        try_at_service(
            toolkit,
            auth_config.auth_scheme,
            grant.signing,
            grant.values,
            named=VAL,
            through=auth_config.proxy_url,
        )
    identity = given.identity or _identity(auth_config, toolkit, grant, may_ask=given.validate or not in_bulk)
    granted = replace(grant.granted, identity=identity)
    try:
        return Imported(_store(auth_config, toolkit, user, given, granted, grant.asked, marks, actor))
    except _KnownMeanwhile:
        return import_account(project, given, find_user=find_user, actor=actor, in_bulk=in_bulk)


def _of_keys(auth_config: AuthConfig, toolkit: Toolkit, val: Mapping[str, Any]) -> _Grant:
    data, secrets = checked_connection_data(auth_config, toolkit, val, named=VAL)
    _refuse_missing(auth_config, toolkit, val)
    values = template_values(auth_config, toolkit, data)
    try:
        scheme_named(auth_config.auth_scheme).signed_headers(toolkit, {**values, **secrets})
    except InvalidInput as error:
        raise under(VAL, error) from error
    return _Grant(Granted(Grant(secrets, timezone.now()), WhoItIs(), data), None, values, secrets)


def _of_tokens(
    auth_config: AuthConfig, toolkit: Toolkit, tokens: GivenTokens, val: Mapping[str, Any]
) -> _Grant:
    data, _ = checked_connection_data(auth_config, toolkit, val, named=VAL)
    _refuse_missing(auth_config, toolkit, val)
    client = client_of(auth_config, toolkit, data)
    configured = auth_config.settings.get("scopes", client.oauth2.default_scopes)
    asked = tuple(dict.fromkeys([*configured, *client.user_scopes]))
    said = tokens.tokens.scopes
    secrets = secrets_in(tokens.tokens)
    return _Grant(
        Granted(
            Grant(secrets, timezone.now(), tokens.expires_at),
            WhoItIs(),
            data,
            scopes=None if said is None else granted_scopes(client.oauth2, asked, said),
        ),
        asked,
        client.values,
        {**secrets, "client_secret": client.client_secret},
        tokens,
    )


def _refuse_missing(auth_config: AuthConfig, toolkit: Toolkit, val: Mapping[str, Any]) -> None:
    missing = [
        FieldProblem(VAL + each.name, f"is needed: the {each.display_name}")
        for each in missing_connection_fields(auth_config, toolkit, val)
        if each.required and each.default is None
    ]
    if missing:
        raise InvalidInput.fields(missing)


def _refuse_what_cannot_be_tried(toolkit: Toolkit, auth_scheme: str, grant: _Grant) -> None:
    if grant.granted.grant.secrets and test_call_of(toolkit, auth_scheme) is None:
        raise InvalidInput.field(
            "validateCredentials", f"cannot be done: {toolkit.name} has no call to check with"
        )
    if grant.tokens is not None and grant.tokens.has_run_out:
        raise InvalidInput.field(
            "validateCredentials",
            "cannot be done with an access token that has run out; without it, it is renewed at first use",
        )


def _identity(auth_config: AuthConfig, toolkit: Toolkit, grant: _Grant, *, may_ask: bool) -> WhoItIs:
    """Read as for a link, outside of any transaction; nothing where that would need a call that may not be made."""
    needs_a_call = toolkit.identity is not None and toolkit.identity.source == "call"
    is_of_no_use = grant.tokens is not None and grant.tokens.has_run_out
    if needs_a_call and (not may_ask or is_of_no_use):
        return WhoItIs()
    return who_it_is(
        toolkit,
        auth_scheme=auth_config.auth_scheme,
        secrets=grant.signing,
        values=grant.values,
        tokens=grant.tokens.tokens if grant.tokens else None,
        through=auth_config.proxy_url,
    )


def _store(
    auth_config: AuthConfig,
    toolkit: Toolkit,
    user: ExternalUser,
    given: Given,
    granted: Granted,
    asked: tuple[str, ...] | None,
    marks: Marks,
    actor: Actor,
) -> ConnectedAccount:
    now = timezone.now()
    account = ConnectedAccount(
        project_id=auth_config.project_id,
        auth_config=auth_config,
        external_user=user,
        toolkit_slug=auth_config.toolkit_slug,
        status=Status.INITIALIZING,
        display_name=given.display_name,
        labels=list(given.labels),
        created_at=now,
        updated_at=now,
    )
    with transaction.atomic():
        hold(auth_config)
        prepared.insert(account)
        store_grant(account.pk, granted, toolkit, scopes_requested=asked)
        if not remember(account.pk, marks):
            raise _KnownMeanwhile
        identity = granted.identity
        record_account(
            EventType.ACCOUNT_CONNECTED,
            project_id=account.project_id,
            account_id=account.pk,
            actor=actor,
            data={"imported": True, "identity": identity.email or identity.name or identity.workspace},
        )
    account.status = Status.ACTIVE
    account.connection_data = dict(granted.connection_data)
    account.secret_names = sorted(granted.grant.secrets)
    return account


def _link(
    project: Project, given: Given, find_user: Callable[[], ExternalUser], actor: Actor, *, in_bulk: bool
) -> Imported:
    if in_bulk:
        raise InvalidInput.field(
            VAL + "access_token", "is needed; POST connected_accounts makes a link where there is none"
        )
    for name, value in (
        ("connection.displayName", given.display_name),
        ("connection.identity", given.identity),
    ):
        if value:
            raise InvalidInput.field(name, WITHOUT_A_LINK)
    try:
        link = start_link(
            project,
            auth_config_id=given.auth_config_id,
            external_user=find_user(),
            actor=actor,
            callback_url=given.callback_url,
            connection_data=dict(given.val),
            labels=list(given.labels),
        )
    except InvalidInput as error:
        raise _renamed(error, _on_this_wire) from error
    return Imported(link.account, redirect_url=link.url)


def _on_this_wire(field: str) -> str:
    """A link's field by the name that it has here."""
    if field.startswith("connectionData."):
        return VAL + field.removeprefix("connectionData.")
    return f"connection.{field}" if field == "callbackUrl" else field


def under(named: str, error: InvalidInput) -> InvalidInput:
    """The refusal of values by their bare names, as one of a body's fields."""
    return _renamed(error, lambda field: named + field)


def _renamed(error: InvalidInput, name_of: Callable[[str], str]) -> InvalidInput:
    if not error.errors:
        return error
    return InvalidInput.fields(FieldProblem(name_of(each.field), each.message) for each in error.errors)
