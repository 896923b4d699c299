"""`GET connected_accounts`: the accounts, page by page, with how many there are in all."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.http import HttpResponse

from accounts.api.account_filters import FILTERS, LIST_QUERY, ORDER_COLUMNS, AccountFilters
from accounts.api.account_rows import AccountRow, read_rows
from accounts.api.acting import accounts_seen, acting_user
from accounts.api.present_account import present_accounts
from accounts.api.totals import total_of
from flowra.api.keyset import KeysetPagination
from flowra.api.rendering import json_answer
from flowra.api.views import ApiRequest, ApiView


class AccountList(ApiView):
    """The project's accounts, or with `x-username` that user's."""

    scopes: ClassVar = {"GET": "accounts:read"}
    query: ClassVar = {"GET": LIST_QUERY}

    def get(self, request: ApiRequest) -> HttpResponse:
        """Filters, order, cursor and limit by LIST_QUERY; raises InvalidInput naming the parameter."""
        values = request.query
        acting = acting_user(request)
        project_id = request.key.project_id
        accounts = accounts_seen(request, acting)
        filters = {name: sorted(values[name]) for name in FILTERS if values[name] is not None}
        if filters:
            accounts = AccountFilters(project_id, accounts).narrowed(values)
        column = ORDER_COLUMNS[values["orderBy"]]
        query = (project_id, acting.pk if acting else None, filters)
        pages: KeysetPagination[AccountRow] = KeysetPagination(
            column=column,
            descending=values["orderDirection"] == "desc",
            limit=values["limit"],
            cursor=values["cursor"],
            query=query,
            read=read_rows,
            key_of=_key_by_update if column == "updated_at" else _key_by_creation,
        )
        rows = pages.paginate_queryset(accounts)
        if pages.page == 1 and pages.next_cursor is None:
            total = len(rows)
        else:
            remembered_as = (project_id, query[1], tuple((name, tuple(each)) for name, each in filters.items()))
            total = total_of(accounts, remembered_as)
        return json_answer(
            {
                "items": present_accounts(project_id, rows),
                "nextCursor": pages.next_cursor,
                "totalPages": -(-total // pages.limit),
                "currentPage": pages.page,
                "totalItems": total,
            }
        )


def _key_by_creation(row: AccountRow) -> tuple[datetime, str]:
    return row.created_at, row.id


def _key_by_update(row: AccountRow) -> tuple[datetime, str]:
    return row.updated_at, row.id


