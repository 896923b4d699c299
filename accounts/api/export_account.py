"""`GET connected_accounts/{id}/export`: a whole grant, for moving away or to another Flowra."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from accounts.actions.export_account import export_account
from accounts.api.acting import account_owned
from accounts.api.shapes import ExportedAccount
from flowra.api.rendering import json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView

MAX_HEADER = 200


class ExportAccount(ApiView):
    """Whoever reads this can act for the person without Flowra."""

    scopes: ClassVar = {"GET": "credentials:export"}

    @endpoint(answers=ExportedAccount, fails=(404, 409))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """All that is stored of the grant, in the shape that `POST connected_accounts` takes; the trail has it first.

        Raises NotFound, Forbidden (`raw_credentials_never`), Conflict (`account_not_connected`).
        """
        account = account_owned(request, id)
        return json_answer(export_account(account, request.actor, came_from=_where_from(request._request)))


def _where_from(request: HttpRequest) -> dict[str, str]:
    """The address of whoever called us, and apart from it what was said of the one before: that anybody can say."""
    told = {"address": request.META.get("REMOTE_ADDR", "")}
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return {**told, "forwardedFor": forwarded[:MAX_HEADER]} if forwarded else told
