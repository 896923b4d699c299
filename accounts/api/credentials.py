"""`GET connected_accounts/{id}/credentials` and `POST connected_accounts/{id}/refresh`."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse

from accounts.actions.read_credentials import read_credentials
from accounts.actions.refresh_now import refresh_now
from accounts.api.account import account_shown
from accounts.api.acting import account_seen, acting_user, seen_by
from accounts.api.shapes import ConnectedAccountShown, CredentialsShown
from flowra.api.body import Body, read_body
from flowra.api.rendering import instant, json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView


class Credentials(ApiView):
    """Raw credentials, for who has the scope."""

    scopes: ClassVar = {"GET": "credentials:read"}

    @endpoint(answers=CredentialsShown, fails=(404, 409, 502, 504))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """Headers that are ready to send and the secrets by name, good for a minute at least; never a refresh token."""
        shown = read_credentials(
            id,
            of=seen_by(request, acting_user(request)),
            actor=request.actor,
            came_from=request.came_from,
        )
        return json_answer({**shown, "expiresAt": instant(shown["expiresAt"])})


class Nothing(Body):
    """No fields: an empty object, or no body."""


class Refresh(ApiView):
    """New tokens now."""

    scopes: ClassVar = {"POST": "accounts:write"}
    bodies: ClassVar = {"POST": Nothing}

    @endpoint(answers=ConnectedAccountShown, fails=(404, 409, 413, 415, 502, 504))
    def post(self, request: ApiRequest, id: str) -> HttpResponse:
        """The account, freshly refreshed; 409 where there is nothing to refresh."""
        read_body(request, Nothing)
        acting = acting_user(request)
        refresh_now(account_seen(request, id), of=seen_by(request, acting), actor=request.actor)
        return json_answer(account_shown(request, acting, id))
