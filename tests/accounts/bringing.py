"""What an app sends to bring in what it has, told in few words for the tests."""

from __future__ import annotations

from typing import Any

from accounts.models import ConnectedAccount, Credential
from authconfigs.models import AuthConfig
from flowra.models.api_key import SCOPES
from tests.accounts.acme import Acme
from tests.caller import Caller, make_caller

KEY = "practice-key-0123456789"
VAL = "connection.state.val."


def app_of(acme: Acme, *scopes: str) -> Caller:
    """The app's own caller, with a key that may do everything unless told otherwise."""
    return make_caller(acme.project, scopes=scopes or tuple(SCOPES))


def body_of(
    auth_config: AuthConfig, val: dict[str, Any] | None, *, user: str = "customer_42", **besides: Any
) -> dict[str, Any]:
    """A body of `POST connected_accounts`; `besides` goes into the connection, `validate` beside it."""
    whole: dict[str, Any] = {"authConfig": {"id": auth_config.pk}}
    if besides.pop("validate", False):
        whole["validateCredentials"] = True
    return {**whole, "connection": {"state": {"val": val}, "eUID": user, **besides}}


def granted_elsewhere(acme: Acme, **wishes: Any) -> dict[str, str]:
    """Tokens that a person gave to the same client in another system: nothing of it is left here."""
    account = acme.connect(**wishes).account
    secrets: dict[str, str] = Credential.objects.get(pk=account.pk).secrets
    ConnectedAccount.objects.all().delete()
    acme.provider.calls.clear()
    return secrets


def secrets_of(account_id: str) -> dict[str, Any]:
    """What is stored of it."""
    secrets: dict[str, Any] = Credential.objects.get(pk=account_id).secrets
    return secrets
