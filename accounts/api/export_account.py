"""`GET connected_accounts/{id}/export`: a whole grant, for moving away or to another Flowra."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse

from accounts.actions.export_account import export_account
from accounts.api.acting import account_owned
from accounts.api.shapes import ExportedAccount
from flowra.api.rendering import json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView


class ExportAccount(ApiView):
    """Whoever reads this can act for the person without Flowra."""

    scopes: ClassVar = {"GET": "credentials:export"}

    @endpoint(answers=ExportedAccount, fails=(404, 409))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """All that is stored of the grant, in the shape that `POST connected_accounts` takes; the trail has it first.

        Raises NotFound, Forbidden (`raw_credentials_never`), Conflict (`account_not_connected`).
        """
        account = account_owned(request, id)
        return json_answer(export_account(account, request.actor, came_from=request.came_from))
