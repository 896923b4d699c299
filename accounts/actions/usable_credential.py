"""The one path to a credential that can be used, for the API, the proxy, tools and the worker alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import ConnectedAccount, Credential, Status
from accounts.service_call import template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from authconfigs.schemes.scheme import Signature
from flowra.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class UsableCredential:
    """`secrets` are what the account's scheme signs with, `values` fill the templates in the toolkit's URLs.

    `version` names what was stored: pass it back as `refused` when the service answered 401 to it.
    """

    account: ConnectedAccount
    toolkit: Toolkit
    secrets: Mapping[str, str] = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    version: int
    expires_at: datetime | None = None

    def signature(self) -> Signature:
        """What makes a request the account's: headers and query parameters."""
        return scheme_named(self.account.auth_config.auth_scheme).signed_headers(
            self.toolkit, {**self.values, **self.secrets}
        )


def usable_credential(account_id: str, *, refused: int | None = None) -> UsableCredential:
    """The account's credential, renewed where it has run out, or is of the version that the service `refused`.

    Raises NotFound for an account that is deleted, Conflict (`account_expired`, `account_disabled`,
    `account_not_connected`) where only a person can help, ProviderFailed and ProviderTimedOut where the service could
    not renew it at the moment.
    """
    account = (
        (ConnectedAccount.live.select_related("auth_config", "project").defer("project__logo", "profile"))
        .filter(pk=account_id)
        .first()
    )
    if account is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    if account.status != Status.ACTIVE:
        raise Conflict("This account is not connected.", code="account_not_connected")
    toolkit = toolkit_for(account.project, account.toolkit_slug)
    credential = Credential.objects.filter(pk=account_id).first()
    return UsableCredential(
        account=account,
        toolkit=toolkit,
        secrets=credential.secrets if credential else {},
        values=template_values(account.auth_config, toolkit, account.connection_data),
        version=credential.version if credential else 0,
        expires_at=account.expires_at,
    )
