"""The contract's page: numbered, with totals, for lists that are short enough to be counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.http import HttpResponse

from flowra.errors import InvalidInput

from .query import Choice, Number, Parameter, Text
from .rendering import json_answer

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Sliceable(Protocol[T_co]):
    """A list or a queryset."""

    def __getitem__(self, part: slice, /) -> Iterable[T_co]: ...


MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for: `limit` rows from `offset`."""

    offset: int
    limit: int

    @property
    def page(self) -> int:
        """The page's number, from 1."""
        return self.offset // self.limit + 1

    def of(self, rows: Sliceable[T]) -> list[T]:
        """That part of `rows`, a list or a queryset."""
        return list(rows[self.offset : self.offset + self.limit])


def page_parameters(
    *, sort_by: tuple[str, ...], sorted_by: str, order: str = "desc"
) -> tuple[Parameter, ...]:
    """`page, limit, offset, sortBy, sortOrder`, for a Query."""
    return (
        Number("page", 1, MAX_PAGE, 1, "Which page, from 1."),
        Number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT, "How many on a page."),
        Number("offset", 0, MAX_PAGE * MAX_LIMIT, None, "Where to begin, in place of `page`."),
        Choice("sortBy", sort_by, sorted_by),
        Choice("sortOrder", ("asc", "desc"), order),
    )


def fields_parameter() -> Parameter:
    """`fields`, for a Query."""
    return Text("fields", "Comma-separated names of what each entry is to have; all when left out.", 1000)


def window_of(values: Mapping[str, Any]) -> Window:
    """The window that a Query's values ask for; raises InvalidInput when page and offset contradict each other."""
    page, limit, offset = values["page"], values["limit"], values["offset"]
    if offset is None:
        return Window((page - 1) * limit, limit)
    if page != 1 and offset != (page - 1) * limit:
        raise InvalidInput.field("offset", "contradicts page: send one of them")
    return Window(offset, limit)


def chosen_fields(asked: str, known: Iterable[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What reduces an entry to the fields that were asked for; raises InvalidInput naming one that is not `known`."""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    if not names:
        return lambda entry: entry
    every = list(known)
    for name in names:
        if name not in every:
            raise InvalidInput.field("fields", f"{name[:100]} is unknown. Known are: {', '.join(every)}.")
    return lambda entry: {name: value for name, value in entry.items() if name in names}


def page_answer(
    entries: list[dict[str, Any]], *, total: int, window: Window, message: str, **besides: Any
) -> HttpResponse:
    """The contract's page envelope; `besides` are further keys of it."""
    pages = -(-total // window.limit)
    return json_answer(
        {
            "success": True,
            "message": message,
            "data": entries,
            "total": total,
            "page": window.page,
            "limit": window.limit,
            "totalPages": pages,
            "hasNextPage": window.offset + len(entries) < total and bool(entries),
            "hasPreviousPage": window.offset > 0,
            **besides,
        }
    )
