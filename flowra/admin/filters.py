"""The lists' filters: in the address, by words, and never wider than they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from flowra.models import Project

if TYPE_CHECKING:
    AnyQuerySet = QuerySet[Any]
else:
    AnyQuerySet = QuerySet

Choices = Sequence[tuple[str, str]]
MOST_CHOICES = 50


class WordsFilter(SimpleListFilter):
    """A filter of a few named choices; a value that is none of them is refused."""

    def choices_of(self, request: HttpRequest) -> Choices:
        """Value and words of each."""
        raise NotImplementedError

    def chosen(self, value: str) -> Q:
        """What the list keeps; `value` is one of the choices."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The choices that the page shows."""
        return self.choices_of(request)

    def has_output(self) -> bool:
        """Also without any choice, where the address names one: it is refused then, not left out."""
        return bool(self.lookup_choices) or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: AnyQuerySet) -> AnyQuerySet:
        """Raises IncorrectLookupParameters for a value that is none of the choices."""
        value = self.value()
        if value is None:
            return queryset
        if value not in {key for key, _ in self.lookup_choices}:
            raise IncorrectLookupParameters
        return queryset.filter(self.chosen(value))


class AgeFilter(WordsFilter):
    """By how long ago something was; `field` is a time, `may_be_never` says that there may be none."""

    field: ClassVar[str]
    may_be_never: ClassVar[bool] = False

    _WITHIN: ClassVar[dict[str, tuple[str, timedelta]]] = {
        "day": ("in the last day", timedelta(days=1)),
        "week": ("in the last 7 days", timedelta(days=7)),
        "month": ("in the last 30 days", timedelta(days=30)),
    }
    _BEFORE: ClassVar[dict[str, tuple[str, timedelta]]] = {
        "before-month": ("more than 30 days ago", timedelta(days=30)),
        "before-quarter": ("more than 90 days ago", timedelta(days=90)),
    }

    def choices_of(self, request: HttpRequest) -> Choices:
        """From the last day to never."""
        known = {**self._WITHIN, **self._BEFORE}
        never = [("never", "never")] if self.may_be_never else []
        return [*((key, words) for key, (words, _) in known.items()), *never]

    def chosen(self, value: str) -> Q:
        """A range of the field, or its absence."""
        if value == "never":
            return Q(**{f"{self.field}__isnull": True})
        if value in self._WITHIN:
            return Q(**{f"{self.field}__gte": timezone.now() - self._WITHIN[value][1]})
        return Q(**{f"{self.field}__lt": timezone.now() - self._BEFORE[value][1]})


class ReferenceFilter(WordsFilter):
    """By another thing: the newest fifty of them, and the one that the address names."""

    field: ClassVar[str]

    def things(self) -> AnyQuerySet:
        """All that there are to choose from."""
        raise NotImplementedError

    def words_of(self, thing: Model) -> str:
        """What a choice is called."""
        return str(thing)

    def choices_of(self, request: HttpRequest) -> Choices:
        """Two queries at most."""
        found = list(self.things().order_by("-created_at")[:MOST_CHOICES])
        named = request.GET.get(self.parameter_name or "")
        if named and named not in {each.pk for each in found}:
            found += list(self.things().filter(pk=named)[:1])
        return [(each.pk, self.words_of(each)) for each in found]

    def chosen(self, value: str) -> Q:
        """By the thing's id."""
        return Q(**{self.field: value})


class ProjectFilter(ReferenceFilter):
    """By project."""

    title = "project"
    parameter_name = "project"
    field = "project_id"

    def things(self) -> AnyQuerySet:
        """The projects' names and ids."""
        return Project.objects.only("id", "name")
