"""`GET connected_accounts/grouped-by-toolkit`: a user's accounts under the services that they are at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse

from accounts.api.account_rows import read_rows
from accounts.api.acting import accounts_seen, user_named
from accounts.api.present_account import present_accounts
from accounts.api.shapes import GroupedAccounts
from accounts.models import ConnectedAccount
from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import ProjectToolkit
from flowra.api.query import Number, Query, Text
from flowra.api.rendering import json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

GROUPED_QUERY = Query(
    Text("eUID", "Only this user's, by id or by name.", default=None, narrows=True),
    Text("q", "Words to find in the toolkit's name, the display name, the identity or the user's name."),
    Number("limit", 1, 100, 100, "How many accounts in all, newest first."),
)


class GroupedByToolkit(ApiView):
    """Without a user: the whole project's."""

    scopes: ClassVar = {"GET": "accounts:read"}
    query: ClassVar = {"GET": GROUPED_QUERY}

    @endpoint(answers=GroupedAccounts)
    def get(self, request: ApiRequest) -> HttpResponse:
        """Groups in the order of their newest account; `totalConnections` also counts what `limit` left out."""
        values = request.query
        user = user_named(request, values["eUID"])
        accounts = accounts_seen(request, user)
        if values["q"]:
            accounts = _found(accounts, request.key.project_id, values["q"])
        rows = read_rows(accounts.order_by("-created_at", "-id")[: values["limit"]])
        total = len(rows) if len(rows) < values["limit"] else accounts.count()
        groups: dict[str, dict[str, Any]] = {}
        for account in present_accounts(request.project, rows):
            toolkit = account["toolkit"]
            group = groups.setdefault(toolkit["slug"], {"toolkit": toolkit, "connections": []})
            group["connections"].append(account)
        return json_answer(
            {
                "externalUser": {"id": user.pk, "name": user.name} if user else None,
                "groups": list(groups.values()),
                "totalConnections": total,
            }
        )


def _found(accounts: Accounts, project_id: str, text: str) -> Accounts:
    own = ProjectToolkit.objects.filter(project_id=project_id, name__icontains=text).values_list(
        "slug", flat=True
    )
    slugs = [slug for slug, toolkit in all_toolkits().items() if text.lower() in toolkit.name.lower()]
    return accounts.filter(
        Q(toolkit_slug__in=[*slugs, *own])
        | Q(toolkit_slug__icontains=text)
        | Q(display_name__icontains=text)
        | Q(identity_email__icontains=text)
        | Q(identity_name__icontains=text)
        | Q(identity_workspace__icontains=text)
        | Q(external_user__name__icontains=text)
    )
