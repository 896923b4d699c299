"""`GET, PATCH, DELETE connected_accounts/{id}`: one account."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from accounts.actions.checked_labels import checked_labels
from accounts.actions.replace_key import replace_key
from accounts.actions.revoke_account import revoke_account
from accounts.actions.update_account import MAX_NAME_LENGTH, update_account
from accounts.api.account_rows import read_one
from accounts.api.acting import account_owned, acting_user, no_such_account, seen_by
from accounts.api.present_account import present_accounts
from accounts.api.shapes import ConnectedAccountShown, SharedWithField
from accounts.models import ExternalUser
from flowra.api.body import Body, FlagField, ObjectField, TextField, read_body
from flowra.api.rendering import json_answer
from flowra.api.schema import Done, endpoint
from flowra.api.views import ApiRequest, ApiView, done


class ReplacedKey(Body):
    """The new key or password, by the names of the service's fields."""

    authScheme = TextField(required=False, allow_null=True)
    val = ObjectField()


class ReplacedConnection(Body):
    """Where the new key is, as `POST connected_accounts` has it."""

    state = ReplacedKey()


class ChangeConnectedAccount(Body):
    """What PATCH takes; what is left out stays as it is."""

    displayName = TextField(required=False, allow_null=True, allow_blank=True, max_length=MAX_NAME_LENGTH)
    labels = serializers.ListField(child=TextField(max_length=100), required=False)
    isDisabled = FlagField(required=False)
    sharedWith = SharedWithField(required=False, allow_null=True)
    connection = ReplacedConnection(required=False)


FIELDS = {
    "displayName": "display_name",
    "labels": "labels",
    "isDisabled": "is_disabled",
    "sharedWith": "shared_with",
}


class Account(ApiView):
    """Another user's account is no different from none."""

    scopes: ClassVar = {"GET": "accounts:read", "PATCH": "accounts:write", "DELETE": "accounts:write"}
    bodies: ClassVar = {"PATCH": ChangeConnectedAccount}

    @endpoint(answers=ConnectedAccountShown, fails=(404,))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """The account; raises NotFound."""
        return json_answer(account_shown(request, acting_user(request), id))

    @endpoint(answers=ConnectedAccountShown, fails=(404, 409, 413, 415, 502, 504))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Changes it and answers it as it is then; a new key is tried at the service first.

        Raises InvalidInput naming the field, NotFound, Conflict (`credential_changed`), ProviderFailed.
        """
        account = account_owned(request, id)
        values = read_body(request, ChangeConnectedAccount)
        connection = values.pop("connection", None)
        if connection is not None:
            checked_labels(values.get("labels", ()))
            state = connection["state"]
            replace_key(account, request.actor, state["val"], auth_scheme=state.get("authScheme"))
        update_account(account, request.actor, **{FIELDS[name]: value for name, value in values.items()})
        return json_answer(account_shown(request, None, id))

    @endpoint(answers=Done, fails=(404,))
    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Nobody can use it from this moment on; the service is told right after. Raises NotFound, also the second time."""
        revoke_account(account_owned(request, id), request.actor)
        return done("Deleted. It is usable by nobody from now on, and the service is being told.")


def account_shown(request: ApiRequest, acting: ExternalUser | None, id: str) -> dict[str, Any]:
    """The account as the contract shows it, if `acting` may see it; raises NotFound."""
    row = read_one(seen_by(request, acting), id)
    if row is None:
        raise no_such_account()
    return present_accounts(request.project, [row])[0]
