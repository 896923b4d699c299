"""`POST connected_accounts/{id}/confirm`: the app says who is in front of the browser that finished a link."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse

from accounts.actions.confirm_link import confirm_link
from accounts.api.account import account_shown
from accounts.api.acting import user_named
from accounts.api.shapes import ConnectedAccountShown
from flowra.api.body import Body, TextField, read_body
from flowra.api.rendering import json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView


class ConfirmConnectedAccount(Body):
    """The token from the callback, and the user who is signed in, where `x-username` does not say it."""

    confirmationToken = TextField()
    eUID = TextField(required=False, allow_null=True, trim_whitespace=False)


class Confirm(ApiView):
    """The one call that `x-username` does not confine: another user's confirm must be told from an unknown account."""

    scopes: ClassVar = {"POST": "accounts:write"}
    bodies: ClassVar = {"POST": ConfirmConnectedAccount}

    @endpoint(answers=ConnectedAccountShown, fails=(404, 409, 410, 413, 415, 502, 504))
    def post(self, request: ApiRequest, id: str) -> HttpResponse:
        """Finishes a connection for the user who is signed in to the app, if it is theirs, and answers the ACTIVE account; raises NotFound, InvalidInput, Conflict (`confirmation_mismatch`), ProviderFailed."""
        values = read_body(request, ConfirmConnectedAccount)
        user = user_named(request, values.get("eUID"))
        account = confirm_link(request.project, id, values["confirmationToken"], user, request.actor)
        return json_answer(account_shown(request, None, account.pk))
