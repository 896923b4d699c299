"""`POST connected_accounts`: an account made without a link, from a key or a grant that the app has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from accounts.actions.act_as import default_user
from accounts.actions.checked_labels import checked_labels
from accounts.actions.import_account import Given, Imported, import_account
from accounts.actions.update_account import MAX_NAME_LENGTH
from accounts.api.account_list import AccountList
from accounts.api.acting import user_named
from accounts.api.link import MAX_URL
from accounts.api.shapes import FreshAccount
from accounts.identity import identity_given
from accounts.models import ExternalUser
from flowra.api.body import Body, FlagField, ObjectField, TextField, read_body
from flowra.api.rendering import json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest
from flowra.redaction import MASK


class AuthConfigById(Body):
    """Which of the project's."""

    id = TextField()


class GivenState(Body):
    """`val` holds the scheme's and the service's fields, or an `access_token` and what came with it."""

    authScheme = TextField(required=False, allow_null=True)
    val = ObjectField(required=False, allow_null=True)


class GivenIdentity(Body):
    """Whose account it is, where the app knows; the service is not asked then."""

    id = TextField(required=False, allow_null=True, allow_blank=True)
    name = TextField(required=False, allow_null=True, allow_blank=True)
    email = TextField(required=False, allow_null=True, allow_blank=True)
    workspace = TextField(required=False, allow_null=True, allow_blank=True)


class NewConnection(Body):
    """The grant and whose it is; `callbackUrl` is where the browser goes after a link."""

    state = GivenState(required=False)
    eUID = TextField(required=False, allow_null=True, trim_whitespace=False)
    callbackUrl = TextField(required=False, allow_null=True, allow_blank=True, max_length=MAX_URL)
    displayName = TextField(required=False, allow_null=True, allow_blank=True, max_length=MAX_NAME_LENGTH)
    labels = serializers.ListField(child=TextField(max_length=100), required=False, allow_null=True)
    identity = GivenIdentity(required=False, allow_null=True)


class CreateConnectedAccount(Body):
    """What the call takes, and what each line of an import is."""

    authConfig = AuthConfigById()
    connection = NewConnection()
    validateCredentials = FlagField(required=False, allow_null=True)


class Accounts(AccountList):
    """The list, and the way in without a link."""

    scopes: ClassVar = {**AccountList.scopes, "POST": "accounts:write"}
    bodies: ClassVar = {"POST": CreateConnectedAccount}

    @endpoint(answers=FreshAccount, status=(200, 201), fails=(404, 409, 413, 415, 502, 504))
    def post(self, request: ApiRequest) -> HttpResponse:
        """The account, ACTIVE at once; for OAuth2 without tokens, with the link to send the person to.

        200 and `duplicate` where the same key or token is this user's already. Raises InvalidInput naming the field,
        NotFound (auth config), Conflict, ProviderFailed.
        """
        imported = imported_from(request, read_body(request, CreateConnectedAccount))
        return json_answer(_shown(imported), status=200 if imported.is_duplicate else 201)


def imported_from(request: ApiRequest, values: Mapping[str, Any], *, in_bulk: bool = False) -> Imported:
    """What became of one body, whose shape was checked."""
    connection = values["connection"]
    state = connection.get("state", {})
    identity = connection.get("identity")

    def find_user() -> ExternalUser:
        return user_named(request, connection.get("eUID")) or default_user(request.project)

    return import_account(
        request.project,
        Given(
            auth_config_id=values["authConfig"]["id"],
            val=state.get("val") or {},
            auth_scheme=state.get("authScheme"),
            callback_url=connection.get("callbackUrl") or "",
            display_name=(connection.get("displayName") or "").strip() or None,
            labels=checked_labels(connection.get("labels") or (), named="connection.labels"),
            identity=identity_given(identity) if identity and any(identity.values()) else None,
            validate=bool(values.get("validateCredentials")),
        ),
        find_user=find_user,
        actor=request.actor,
        in_bulk=in_bulk,
    )


def _shown(imported: Imported) -> dict[str, Any]:
    account = imported.account
    shown = {
        "id": account.pk,
        "connectionData": {
            "authScheme": account.auth_config.auth_scheme,
            "val": {**account.connection_data, **dict.fromkeys(account.secret_names, MASK)},
        },
        "status": account.status,
        "redirectUrl": imported.redirect_url,
        "deprecated": {"labels": account.labels, "uuid": account.pk},
    }
    return {**shown, "duplicate": True} if imported.is_duplicate else shown
