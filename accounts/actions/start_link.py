"""An app asks for a link: the permission for one of its users to finish one connection, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.act_as import act_as
from accounts.actions.callback_origin import checked_callback_url
from accounts.actions.connection_values import checked_connection_data
from accounts.actions.link_choices import MAX_CHOICES, Choice, check_data_for_choices, choices_of
from accounts.actions.tokens_of_links import hash_of, random_token
from accounts.actions.wanted_scopes import wanted_scopes
from accounts.models import (
    DEFAULT_USER_NAME,
    ConnectedAccount,
    ExternalUser,
    LinkSession,
    OnDuplicate,
    Status,
)
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra import prepared
from flowra.errors import Conflict, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.models import Project

DEFAULT_SECONDS = 600
MAX_SECONDS = 86_400
_STILL_GOOD = "SELECT 1 FROM authconfigs_authconfig WHERE id = %s AND deleted_at IS NULL AND NOT is_disabled"


@dataclass(frozen=True, slots=True)
class StartedLink:
    """A fresh link. `token` is shown this once; `url` is the page to send the person to."""

    token: str
    url: str
    expires_at: datetime
    account: ConnectedAccount

    def __repr__(self) -> str:
        return f"StartedLink({self.account.pk})"


def start_link(
    project: Project,
    *,
    auth_config_id: str | None = None,
    auth_config_choices: Sequence[str] = (),
    external_user: ExternalUser | None,
    actor: Actor,
    callback_url: str = "",
    own_page: str = "",
    connection_data: dict[str, Any] | None = None,
    labels: list[str] | None = None,
    scopes: list[str] | None = None,
    account_id: str | None = None,
    require_confirmation: bool | None = None,
    expires_in: int = DEFAULT_SECONDS,
    locale: str = "",
    on_duplicate: str = OnDuplicate.KEEP,
    allows_other_identity: bool = False,
) -> StartedLink:
    """Makes a link and, unless `account_id` names one to authorize again, the account that it will connect.

    It is for one auth config, or for several in `auth_config_choices`, among which the person chooses on the page; until
    they have pressed the button there, the account is told under the first. `external_user` None: the account's own, or the project's default one. `expires_in` is in seconds, at most a day.
    `on_duplicate` says what becomes of a second connection of the same identity, `allows_other_identity` that an account
    may become another person's when it is authorized again. `scopes` are what to ask for instead of the auth config's; for an existing account, besides what is granted. Raises
    NotFound (auth config, account), Conflict (switched off), InvalidInput naming the field. Stores hashes only.
    `own_page` is a URL of this Flowra's, to come back to where the app names none.
    """
    if not 1 <= expires_in <= MAX_SECONDS:
        raise InvalidInput.field("expiresInSeconds", f"must be from 1 to {MAX_SECONDS}")
    choices = _checked_choices(project, auth_config_id, auth_config_choices)
    if choices and (scopes or account_id is not None):
        raise InvalidInput.field(
            "scopes" if scopes else "connectedAccountId", "goes with one authConfigId, not with authConfigIds"
        )
    auth_config = (
        choices[0].auth_config
        if choices
        else usable_auth_config(project, auth_config_id or auth_config_choices[0])
    )
    toolkit = toolkit_for(project, auth_config.toolkit_slug)
    scheme = scheme_named(auth_config.auth_scheme)
    if callback_url:
        checked_callback_url(project, callback_url)
    requires_confirmation = project.require_confirmation or bool(require_confirmation)
    if requires_confirmation and not callback_url:
        raise InvalidInput.field("callbackUrl", "is needed where a connection must be confirmed by the app")
    if requires_confirmation and not choices and not scheme.needs_redirect:
        requires_confirmation = False
    existing = _account_to_reconnect(project, account_id, external_user, auth_config)
    if scopes and not scheme.needs_redirect:
        raise InvalidInput.field("scopes", f"{scheme.name} has no scopes")
    data: dict[str, Any]
    secrets: dict[str, str]
    if choices:
        data, secrets = check_data_for_choices(choices, connection_data or {}), {}
    else:
        data, secrets = checked_connection_data(auth_config, toolkit, connection_data or {})
    if existing is not None:
        data = {**existing.connection_data, **data}
    wanted = wanted_scopes(auth_config, toolkit, existing, scopes)
    user = external_user or (existing.external_user if existing else act_as(project, DEFAULT_USER_NAME))

    now = timezone.now()
    expires_at = now + timedelta(seconds=expires_in)
    token = random_token()
    with transaction.atomic():
        for each in choices:
            hold(each.auth_config)
        hold(auth_config)
        if existing is None:
            account = ConnectedAccount(
                project=project,
                auth_config=auth_config,
                external_user=user,
                toolkit_slug=auth_config.toolkit_slug,
                status=Status.INITIALIZING,
                labels=labels or [],
                connection_data=data,
                scopes_requested=[*wanted, *auth_config.settings.get("user_scopes", ())],
                created_at=now,
                updated_at=now,
            )
            prepared.insert(account)
        else:
            account = existing
        session = LinkSession(
            project=project,
            account=account,
            is_reconnect=existing is not None
            and existing.status not in (Status.INITIALIZING, Status.INITIATED),
            token_hash=hash_of(token),
            created_at=now,
            expires_at=expires_at,
            due_at=expires_at,
            callback_url=callback_url or own_page,
            requires_confirmation=requires_confirmation,
            locale=locale,
            auth_config_choices=[each.auth_config.pk for each in choices],
            scopes=wanted,
            connection_data=data,
            on_duplicate=on_duplicate,
            allows_other_identity=allows_other_identity,
        )
        session.prefilled = secrets
        prepared.insert(session)
        record_account(
            EventType.LINK_CREATED,
            project_id=project.pk,
            account_id=account.pk,
            actor=actor,
            data={
                "link": session.pk,
                "expiresAt": expires_at.isoformat(),
                "reconnecting": session.is_reconnect,
            },
        )
    return StartedLink(
        token=token,
        url=f"{settings.FLOWRA_PUBLIC_URL}/connect/{token}",
        expires_at=expires_at,
        account=account,
    )


def _checked_choices(project: Project, auth_config_id: str | None, ids: Sequence[str]) -> list[Choice]:
    """The choices where there are several; raises InvalidInput naming the field, NotFound, Conflict (switched off)."""
    if (auth_config_id is None) == (not ids):
        raise InvalidInput.field(
            "authConfigId",
            "is needed, or authConfigIds" if auth_config_id is None else "goes without authConfigIds",
        )
    if len(ids) > MAX_CHOICES:
        raise InvalidInput.field("authConfigIds", f"may be at most {MAX_CHOICES}")
    distinct = list(dict.fromkeys(ids))
    if len(distinct) < 2:
        return []
    found = choices_of(project, distinct)
    for id in distinct:
        if all(each.auth_config.pk != id for each in found):
            usable_auth_config(project, id)
    return found


def usable_auth_config(project: Project, auth_config_id: str) -> AuthConfig:
    """The project's auth config, for use: raises NotFound, or Conflict when it is switched off."""
    auth_config = prepared.first(
        "auth config", _live_auth_config, {"project": project.pk, "id": auth_config_id}
    )
    if auth_config is None:
        raise NotFound("There is no such auth config in this project.", code="auth_config_not_found")
    if auth_config.is_disabled:
        raise Conflict(
            'This auth config is switched off. Switch it on with PATCH auth_configs/{id} {"isDisabled": false}.',
            code="auth_config_disabled",
        )
    return auth_config


def hold(auth_config: AuthConfig) -> None:
    """Keeps it from being deleted or switched off until this transaction ends; links and imports share the hold.

    Raises Conflict when it was deleted or switched off meanwhile.
    """
    share = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(_STILL_GOOD + share, [auth_config.pk])
        if cursor.fetchone() is None:
            raise Conflict(
                "This auth config was deleted or switched off just now.", code="auth_config_disabled"
            )


def _live_auth_config(values: prepared.Values) -> QuerySet[AuthConfig]:
    return AuthConfig.live.filter(project_id=values["project"], pk=values["id"])


def _account_to_reconnect(
    project: Project, account_id: str | None, external_user: ExternalUser | None, auth_config: AuthConfig
) -> ConnectedAccount | None:
    if account_id is None:
        return None
    account = (
        ConnectedAccount.live.select_related("external_user", "auth_config")
        .filter(project=project, pk=account_id)
        .first()
    )
    if account is None or external_user not in (None, account.external_user):
        raise NotFound("This user has no such connected account.", code="account_not_found")
    if account.auth_config_id != auth_config.pk:
        raise InvalidInput.field("authConfigId", "is not the one that this account was connected through")
    if account.is_disabled:
        raise Conflict(
            "This account is switched off. Switch it on with PATCH before connecting it again.",
            code="account_disabled",
        )
    return account
