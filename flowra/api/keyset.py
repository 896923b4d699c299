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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from flowra.errors import InvalidInput

Row = TypeVar("Row")

if TYPE_CHECKING:
    AnyRows = QuerySet[Any, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MAC_BYTES = 16
MAX_CURSOR = 300
MAX_PAGE = 10**9


@dataclass(frozen=True, slots=True)
class Position:
    """After which row a page begins, and which page it is."""

    at: datetime
    id: str
    page: int


@dataclass(slots=True)
class KeysetPagination(BasePagination, Generic[Row]):
    """One page of a queryset ordered by a time column and the id, both in one direction.

    `query` is all that the rows depend on (project, filters, order, who asks); a cursor is signed to it. `read` makes
    rows of the ordered, cut queryset, `key_of` tells a row's time and id. Raises InvalidInput (`cursor`) for a cursor
    that was not given out for this query. Lists that have numbered pages too begin one at `offset`, as `page`.
    """

    column: str
    descending: bool
    limit: int
    cursor: str
    query: Sequence[Any]
    read: Callable[[AnyRows], Sequence[Row]]
    key_of: Callable[[Row], tuple[datetime, str]]
    page: int = 1
    offset: int = 0
    next_cursor: str | None = None

    def paginate_queryset(  # type: ignore[override]
        self, queryset: AnyRows, request: Request | None = None, view: Any = None
    ) -> list[Row]:
        """The page's rows; `page` and `next_cursor` tell of it afterwards."""
        start = self.offset
        if self.cursor:
            position = self._opened(self.cursor)
            self.page = position.page
            queryset = queryset.filter(self._after(position))
        sign = "-" if self.descending else ""
        rows = list(
            self.read(queryset.order_by(f"{sign}{self.column}", f"{sign}id")[start : start + self.limit + 1])
        )
        if len(rows) > self.limit:
            rows = rows[: self.limit]
            self.next_cursor = self._made(*self.key_of(rows[-1]))
        return rows

    def _after(self, position: Position) -> Q:
        strict, bound = ("lt", "lte") if self.descending else ("gt", "gte")
        return Q(**{f"{self.column}__{bound}": position.at}) & (
            Q(**{f"{self.column}__{strict}": position.at}) | Q(**{f"id__{strict}": position.id})
        )

    def _made(self, at: datetime, id: str) -> str:
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
        body = f"{(moment - EPOCH) // MICROSECOND}.{self.page + 1}.{id}".encode()
        return base64.urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")

    def _opened(self, cursor: str) -> Position:
        try:
            if len(cursor) > MAX_CURSOR:
                raise ValueError
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(body)):
                raise ValueError
            micros, page, id = body.decode().split(".", 2)
            return Position(EPOCH + int(micros) * MICROSECOND, id, min(int(page), MAX_PAGE))
        except (ValueError, binascii.Error) as error:
            raise InvalidInput.field(
                "cursor",
                "is none of this query: send the nextCursor of an answer to the same filters and order",
            ) from error

    def _mac(self, body: bytes) -> bytes:
        query = json.dumps([self.column, self.descending, *self.query], separators=(",", ":")).encode()
        return hmac.digest(_key(settings.SECRET_KEY), query + b"\0" + body, "sha256")[:MAC_BYTES]


@cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"flowra.keyset.cursor", hashlib.sha256)
