"""`GET connected_accounts`: the accounts, page by page, with how many there are in all."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.http import HttpResponse

from accounts.api.account_rows import AccountRow, moment_of, read_page
from accounts.api.acting import acting_user, seen_by
from accounts.api.present_account import present_accounts
from accounts.api.shapes import ConnectedAccountList
from accounts.api.totals import total_of
from accounts.listing.account_filters import LIST_QUERY, ORDER_COLUMNS, wanted_by
from accounts.listing.accounts_wanted import FEW, no_index_gives_order
from flowra.api.keyset import KeysetPagination
from flowra.api.rendering import json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView


class AccountList(ApiView):
    """The project's accounts, or with `x-username` that user's."""

    scopes: ClassVar = {"GET": "accounts:read"}
    query: ClassVar = {"GET": LIST_QUERY}

    @endpoint(answers=ConnectedAccountList)
    def get(self, request: ApiRequest) -> HttpResponse:
        """The accounts that all filters let through, a page at a time; raises InvalidInput naming the parameter."""
        values = request.query
        wanted = seen_by(request, acting_user(request)) | wanted_by(values)
        column = ORDER_COLUMNS[values["orderBy"]]
        pages = KeysetPagination(
            column=column,
            descending=values["orderDirection"] == "desc",
            limit=values["limit"],
            cursor=values["cursor"],
            query=list(wanted.items()),
            key_of=_key_by_update if column == "updated_at" else _key_by_creation,
        )
        counted = total_of(wanted) if no_index_gives_order(wanted) else None
        rows = read_page(wanted, pages, few=counted is not None and counted <= FEW)
        if counted is not None:
            total = counted
        else:
            total = len(rows) if pages.page == 1 and pages.next_cursor is None else total_of(wanted)
        return json_answer(
            {
                "items": present_accounts(request.project, rows),
                "nextCursor": pages.next_cursor,
                "totalPages": -(-total // pages.limit),
                "currentPage": pages.page,
                "totalItems": total,
            }
        )


def _key_by_creation(row: AccountRow) -> tuple[datetime, str]:
    return moment_of(row.created_at), row.id


def _key_by_update(row: AccountRow) -> tuple[datetime, str]:
    return moment_of(row.updated_at), row.id
