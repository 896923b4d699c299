"""Pages by keyset: a page begins after the last row of the one before, wherever rows came or went meanwhile.

DRF's own cursor pagination counts an offset into rows of equal position, and so repeats and loses rows that tie. Here
the id breaks every tie. The first column's bound stands alone beside the tie-break (`at <= x AND (at < x OR id < y)`),
so that the index is entered at the right place; the OR by itself would walk all of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from flowra.errors import InvalidInput

if TYPE_CHECKING:
    AnyRows = QuerySet[Any, Any]

Row = TypeVar("Row")
Key = Callable[[Any], tuple[datetime, str]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MAC_BYTES = 16
MAX_CURSOR = 300
MAX_PAGE = 10**9


class KeysetPagination(BasePagination):
    """One page of rows ordered by a time column and the id, both in one direction.

    `query` is all that the rows depend on (project, filters, who asks): a cursor is signed to it and to the order.
    `key_of` tells a row's time and id. `page` and, after the rows are read, `next_cursor` tell of the page. Lists that
    have numbered pages too begin one at `offset`, as `page`.
    """

    def __init__(
        self,
        *,
        column: str,
        descending: bool,
        limit: int,
        cursor: str,
        query: Sequence[Any],
        key_of: Key,
        page: int = 1,
        offset: int = 0,
    ) -> None:
        """Raises InvalidInput (`cursor`) for a cursor that was not given out for this query."""
        self.column = column
        self.descending = descending
        self.limit = limit
        self.page = page
        self.offset = offset
        self.next_cursor: str | None = None
        self.bounds: dict[str, Any] = {}
        self._query = json.dumps([column, descending, *query], separators=(",", ":")).encode()
        self._key_of = key_of
        if cursor:
            self._open(cursor)

    def paginate_queryset(  # type: ignore[override]
        self, queryset: AnyRows, request: Request | None = None, view: Any = None
    ) -> list[Any]:
        """The page's rows."""
        return self.taken(list(self.cut(queryset, self.bounds)))

    def cut(self, queryset: AnyRows, bounds: Mapping[str, Any], *, column: str | None = None) -> AnyRows:
        """The rows after `bounds` (this page's own, or what stands for them), ordered; one more than a page has.

        `column` is what the queryset calls the time column, if not by its own name.
        """
        column = column or self.column
        if bounds:
            strict, bound = ("lt", "lte") if self.descending else ("gt", "gte")
            at, id = bounds["after_at"], bounds["after_id"]
            queryset = queryset.filter(
                Q(**{f"{column}__{bound}": at})
                & (Q(**{f"{column}__{strict}": at}) | Q(**{f"id__{strict}": id}))
            )
        sign = "-" if self.descending else ""
        return queryset.order_by(f"{sign}{column}", f"{sign}id")[self.offset : self.offset + self.limit + 1]

    def taken(self, rows: list[Row]) -> list[Row]:
        """The page's own of the rows that `cut` found; sets `next_cursor` when there was one more."""
        if len(rows) <= self.limit:
            return rows
        rows = rows[: self.limit]
        at, id = self._key_of(rows[-1])
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
        body = f"{(moment - EPOCH) // MICROSECOND}.{self.page + 1}.{id}".encode()
        self.next_cursor = base64.urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")
        return rows

    def _open(self, cursor: str) -> None:
        try:
            if len(cursor) > MAX_CURSOR:
                raise ValueError
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(body)):
                raise ValueError
            micros, page, id = body.decode().split(".", 2)
            self.page = min(int(page), MAX_PAGE)
            self.bounds = {"after_at": EPOCH + int(micros) * MICROSECOND, "after_id": id}
        except (ValueError, binascii.Error) as error:
            raise InvalidInput.field(
                "cursor",
                "is none of this query: send the nextCursor of an answer to the same filters and order",
            ) from error

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(_key(settings.SECRET_KEY), self._query + b"\0" + body, "sha256")[:MAC_BYTES]


@cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"flowra.keyset.cursor", hashlib.sha256)
