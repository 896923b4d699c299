"""Queries that are compiled once: for the few that every call makes, where compiling costs more than running.

Django builds a query's SQL anew each time, which for thirty columns takes longer than SQLite or PostgreSQL take to
answer. Here the ORM compiles a query of some shape the first time that it is asked, with marks in place of the values;
later calls put their values where the marks were.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet

if TYPE_CHECKING:
    Rows = QuerySet[Any, Any]

Values = Mapping[str, "str | datetime | Sequence[str]"]
Statement = tuple[str, tuple[Callable[[Values], Any], ...]]

MAX_KEPT = 2_000
_statements: dict[Hashable, Statement] = {}
# A private-use character, which no value that Flowra stores or takes begins and ends with.
_MARK = "\ue0f1"
_FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)


def rows(shape: Hashable, build: Callable[[Values], Rows], values: Values) -> list[tuple[Any, ...]]:
    """The rows of `build(values)`, a `values_list` queryset, as the database gives them: nothing is converted.

    `shape` says all that `build` depends on besides `values`, with what it is for; values are texts, times and lists of
    texts. JSON comes as text, times from SQLite without a zone (they are in UTC).
    """
    return _run(shape, build, values, "{}")


def count(shape: Hashable, build: Callable[[Values], Rows], values: Values) -> int:
    """How many rows `build(values)` has."""
    (found,) = _run((shape, "count"), build, values, "SELECT COUNT(*) FROM ({}) AS counted")
    total: int = found[0]
    return total


def _run(
    shape: Hashable, build: Callable[[Values], Rows], values: Values, around: str
) -> list[tuple[Any, ...]]:
    lengths = tuple((name, len(value)) for name, value in values.items() if isinstance(value, list | tuple))
    kept_as = (connection.vendor, shape, tuple(values), lengths)
    statement = _statements.get(kept_as)
    if statement is None:
        if len(_statements) >= MAX_KEPT:
            _statements.clear()
        statement = _statements[kept_as] = _compiled(build, values, around)
    sql, parameters = statement
    return fetched(sql, tuple([parameter(values) for parameter in parameters]))


def fetched(sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The rows of compiled SQL, as the database gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _compiled(build: Callable[[Values], Rows], values: Values, around: str) -> Statement:
    marks: dict[Any, Callable[[Values], Any]] = {}

    def marked(name: str, value: str | datetime | Sequence[str]) -> Any:
        if isinstance(value, datetime):
            moment = _FIRST_MOMENT + timedelta(days=len(marks))
            marks[_as_stored(moment)] = lambda given: _as_stored(given[name])
            return moment
        if isinstance(value, str):
            marks[f"{_MARK}{name}{_MARK}"] = lambda given: given[name]
            return f"{_MARK}{name}{_MARK}"
        return [_nth(name, number) for number in range(len(value))]

    def _nth(name: str, number: int) -> str:
        mark = f"{_MARK}{name}.{number}{_MARK}"
        marks[mark] = lambda given: given[name][number]
        return mark

    sql, parameters = build({name: marked(name, value) for name, value in values.items()}).query.sql_with_params()
    return around.format(sql) if around != "{}" else sql, tuple(_reader(each, marks) for each in parameters)


def _reader(parameter: Any, marks: Mapping[Any, Callable[[Values], Any]]) -> Callable[[Values], Any]:
    if isinstance(parameter, list):
        readers = [_reader(each, marks) for each in parameter]
        return lambda given: [read(given) for read in readers]
    read = marks.get(parameter) if isinstance(parameter, str | datetime) else None
    return read or (lambda given: parameter)


def _as_stored(moment: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
