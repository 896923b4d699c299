"""Statements that are compiled once: for the few that every call makes, where compiling costs more than running.

Django builds a query's SQL anew each time, which for thirty columns takes longer than SQLite or PostgreSQL take to
answer. Here the ORM compiles a query of some shape the first time that it is asked, with marks in place of the values;
later calls put their values where the marks were.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery

try:
    from django.db.models.fetch_modes import FETCH_ONE
except ImportError:  # Django before 6.1 has no choice of how related objects are fetched
    _how_to_fetch: tuple[Any, ...] = ()
else:
    _how_to_fetch = (FETCH_ONE,)

if TYPE_CHECKING:
    Rows = QuerySet[Any, Any]

# Texts, times and lists of texts.
Values = Mapping[str, Any]
Found = TypeVar("Found", bound=Model)
Reader = Callable[[Values], Any]

MAX_KEPT = 2_000
populators_for: Any = get_related_populators
# A private-use character, which no value that Flowra stores or takes begins and ends with.
_MARK = "\ue0f1"
_FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Statement:
    """Compiled SQL; `readers` take its parameters from a call's values, `made_of` makes what a row stands for."""

    sql: str
    readers: tuple[Reader, ...]
    made_of: Callable[[tuple[Any, ...]], Any]

    def run(self, values: Values) -> list[tuple[Any, ...]]:
        """The rows, as the database gives them."""
        return fetched(self.sql, tuple([read(values) for read in self.readers]))


_kept: dict[Hashable, Statement] = {}


def rows(shape: Hashable, build: Callable[[Values], Rows], values: Values) -> list[tuple[Any, ...]]:
    """The rows of `build(values)`, a `values_list` queryset, as the database gives them: nothing is converted.

    `shape` says all that `build` depends on besides `values`, with what it is for; values are texts, times and lists of
    texts. JSON comes as text, times from SQLite without a zone (they are in UTC).
    """
    return _statement((rows, shape), build, values).run(values)


def count(shape: Hashable, build: Callable[[Values], Rows], values: Values) -> int:
    """How many rows `build(values)` has."""
    statement = _statement((count, shape), build, values, around="SELECT COUNT(*) FROM ({}) AS counted")
    total: int = statement.run(values)[0][0]
    return total


def first(shape: Hashable, build: Callable[[Values], QuerySet[Found]], values: Values) -> Found | None:
    """The object that `build(values)` finds, None when there is none; for a unique one, as it is not ordered."""
    statement = _statement((first, shape), lambda given: build(given)[:1], values, makes_objects=True)
    found = statement.run(values)
    return statement.made_of(found[0]) if found else None


def objects(shape: Hashable, build: Callable[[Values], QuerySet[Found]], values: Values) -> list[Found]:
    """The objects that `build(values)` finds."""
    statement = _statement((objects, shape), build, values, makes_objects=True)
    return [statement.made_of(row) for row in statement.run(values)]


def insert(instance: Model) -> None:
    """Stores a new object, as `save(force_insert=True)` does for a model without parents or anybody who listens."""
    fields = instance._meta.local_concrete_fields
    kept_as = (connection.vendor, insert, type(instance))
    statement = _kept.get(kept_as)
    if statement is None:
        query = InsertQuery(type(instance))
        query.insert_values(fields, [instance])
        ((sql, _),) = query.get_compiler(connection=connection).as_sql()
        statement = _kept[kept_as] = Statement(sql, (), tuple)
    values = [field.get_db_prep_save(field.pre_save(instance, True), connection) for field in fields]
    with transaction.mark_for_rollback_on_error(connection.alias), connection.cursor() as cursor:
        cursor.execute(statement.sql, values)
    instance._state.adding = False
    instance._state.db = connection.alias


def fetched(sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The rows of compiled SQL, as the database gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _statement(
    shape: Hashable,
    build: Callable[[Values], Rows],
    values: Values,
    *,
    around: str = "{}",
    makes_objects: bool = False,
) -> Statement:
    lengths = tuple([(name, len(value)) for name, value in values.items() if isinstance(value, list | tuple)])
    kept_as = (connection.vendor, shape, tuple(values), lengths)
    statement = _kept.get(kept_as)
    if statement is None:
        marks: dict[Any, Reader] = {}
        asked = build({name: _marked(name, value, marks) for name, value in values.items()})
        compiler = asked.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        statement = Statement(
            sql if around == "{}" else around.format(sql),
            tuple(_reader(each, marks) for each in parameters),
            _maker(compiler, asked) if makes_objects else tuple,
        )
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[kept_as] = statement
    return statement


def _marked(name: str, value: str | datetime | Sequence[str], marks: dict[Any, Reader]) -> Any:
    if isinstance(value, datetime):
        moment = _FIRST_MOMENT + timedelta(days=len(marks))
        marks[_as_stored(moment)] = lambda given: _as_stored(given[name])
        return moment
    if isinstance(value, str):
        marks[f"{_MARK}{name}{_MARK}"] = lambda given: given[name]
        return f"{_MARK}{name}{_MARK}"
    return [_marked_item(name, number, marks) for number in range(len(value))]


def _marked_item(name: str, number: int, marks: dict[Any, Reader]) -> str:
    mark = f"{_MARK}{name}.{number}{_MARK}"
    marks[mark] = lambda given: cast("Sequence[str]", given[name])[number]
    return mark


def _reader(parameter: Any, marks: Mapping[Any, Reader]) -> Reader:
    if isinstance(parameter, list):
        readers = [_reader(each, marks) for each in parameter]
        return lambda given: [read(given) for read in readers]
    read = marks.get(parameter) if isinstance(parameter, str | datetime) else None
    return read or (lambda given: parameter)


def _as_stored(moment: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _maker(compiler: Any, asked: Any) -> Callable[[tuple[Any, ...]], Any]:
    """What Django's own ModelIterable does for each row, with its preparations done once."""
    select, klass_info = compiler.select, compiler.klass_info
    model = klass_info["model"]
    start, end = klass_info["select_fields"][0], klass_info["select_fields"][-1] + 1
    names = [each[0].target.attname for each in select[start:end]]
    populators = get_related_populators(klass_info, select, connection.alias, *_how_to_fetch)
    converters = compiler.get_converters([each[0] for each in select])

    def converted(row: tuple[Any, ...]) -> Iterator[Any]:
        for position, value in enumerate(row):
            if position in converters:
                convert, expression = converters[position]
                for each in convert:
                    value = each(value, expression, connection)
            yield value

    def made_of(row: tuple[Any, ...]) -> Any:
        values = list(converted(row))
        made = model.from_db(connection.alias, names, values[start:end])
        for populator in populators:
            populator.populate(values, made)
        return made

    return made_of
