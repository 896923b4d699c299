"""Accounts that stand on the same grant: the same client, the same person at the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from accounts.models import ConnectedAccount
from authconfigs.actions.managed_clients import registration_of
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from flowra.errors import FlowraError

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]


def siblings_of(account: ConnectedAccount, identity_id: str | None = None) -> Accounts:
    """The other live accounts of that client and identity (the account's own, unless another is named).

    None where the service does not say whose it is.
    """
    identity = account.identity_id if identity_id is None else identity_id
    if not identity:
        return ConnectedAccount.objects.none()
    return ConnectedAccount.live.filter(
        auth_config__in=_same_client(account.auth_config), identity_id=identity, connected_at__isnull=False
    ).exclude(pk=account.pk)


def stopping_with(accounts: Accounts) -> Accounts:
    """The live accounts besides `accounts` that stop working when the services are told to forget these; a query for
    each service and auth config among them, and one for the answer.
    """
    live = accounts.filter(deleted_at__isnull=True)
    others = Q(pk__in=[])
    used = live.order_by().values_list("auth_config_id", flat=True).distinct()
    for auth_config in AuthConfig.objects.filter(pk__in=used).select_related("project"):
        try:
            toolkit = toolkit_for(auth_config.project, auth_config.toolkit_slug)
        except FlowraError:
            continue
        if ends_all(toolkit):
            whose = live.filter(auth_config=auth_config).exclude(identity_id="").order_by()
            same_person = Q(identity_id__in=whose.values("identity_id"))
            others |= Q(auth_config__in=_same_client(auth_config)) & same_person
    found = ConnectedAccount.live.filter(others, connected_at__isnull=False)
    return found.exclude(pk__in=live.order_by().values("pk"))


def ends_all(toolkit: Toolkit) -> bool:
    """Whether giving one grant back ends all that the person granted to this client."""
    return toolkit.oauth2 is not None and toolkit.oauth2.revoke is not None and toolkit.oauth2.revoke.ends_all


def _same_client(auth_config: AuthConfig) -> QuerySet[AuthConfig, Any]:
    """A client that the operator registered serves all projects."""
    same_toolkit = AuthConfig.objects.filter(toolkit_slug=auth_config.toolkit_slug)
    if auth_config.is_provider_managed:
        return same_toolkit.filter(is_provider_managed=True)
    try:
        client_id = registration_of(auth_config).client_id
    except FlowraError:
        client_id = ""
    same = Q(pk=auth_config.pk)
    if client_id:
        same |= Q(project_id=auth_config.project_id, settings__client_id=client_id)
    return same_toolkit.filter(same)
