"""Before many accounts are revoked at once: how many, where, how the services hear of it, and what else stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Case, Count, QuerySet, Value, When

from accounts.actions.revoke_account import Telling, telling_of
from accounts.actions.siblings import stopping_with
from accounts.models import ConnectedAccount
from accounts.pages.account_words import name_of, service_name
from accounts.pages.revoking import ReasonForm
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.toolkit import Toolkit
from flowra.models import Project

SHOWN_BY_NAME = 20
# Above so many the number is typed, so that nobody revokes a thousand by one press too many.
TYPED_ABOVE = 100

_HOW: dict[Telling, str] = {
    "told": "is told to forget the grant",
    "cannot": "can't be told; Flowra forgets the tokens, the person can end it there",
    "key": "can't be told; Flowra forgets the key, which has to be deleted there",
    "nothing": "has nothing to take back",
    "unknown": "is no longer known here, so it can't be told",
}


@dataclass(frozen=True, slots=True)
class HowTold:
    """How many connections of one service it hears of in that way."""

    service: str
    count: int
    words: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class ManyPreview:
    """What revoking all of them does, by numbers. `count` are those that are not revoked yet."""

    count: int
    services: tuple[HowTold, ...]
    projects: tuple[tuple[str, int], ...]
    first: tuple[ConnectedAccount, ...]
    others: int

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.first)

    @property
    def untold(self) -> int:
        """How many live on at their service until somebody ends them there."""
        return sum(each.count for each in self.services if not each.is_told)


def preview_of(accounts: QuerySet[ConnectedAccount]) -> ManyPreview:
    """Of the live ones among `accounts`, as they are now; the number of queries does not grow with them."""
    live = accounts.filter(deleted_at__isnull=True)
    # Their grouping must not go by how the list is sorted.
    groups: list[Any] = list(
        live.order_by()
        .annotate(is_empty=Case(When(secret_names=[], then=Value(True)), default=Value(False)))
        .values("project_id", "toolkit_slug", "auth_config__auth_scheme", "is_empty")
        .annotate(count=Count("pk", distinct=True))
    )
    projects = {
        each.pk: each
        for each in Project.objects.filter(pk__in={g["project_id"] for g in groups}).only("name")
    }
    by_project: dict[str, int] = {}
    for group in groups:
        name = projects[group["project_id"]].name
        by_project[name] = by_project.get(name, 0) + group["count"]
    first = (
        live.select_related("project", "auth_config", "external_user")
        .defer("profile", "connection_data", "project__logo", "auth_config__secrets")
        .order_by("created_at", "id")[:SHOWN_BY_NAME]
    )
    return ManyPreview(
        count=sum(group["count"] for group in groups),
        services=_services(groups, projects),
        projects=tuple(sorted(by_project.items(), key=lambda each: -each[1])),
        first=tuple(first),
        others=stopping_with(live).count(),
    )


def _services(groups: Sequence[dict[str, Any]], projects: dict[str, Project]) -> tuple[HowTold, ...]:
    toolkits: dict[tuple[str, str], Toolkit] = {}
    for id, project in projects.items():
        slugs = {group["toolkit_slug"] for group in groups if group["project_id"] == id}
        toolkits |= {(id, slug): toolkit for slug, toolkit in toolkits_for(project, slugs).items()}
    counts: dict[tuple[str, Telling], int] = {}
    for group in groups:
        toolkit = toolkits.get((group["project_id"], group["toolkit_slug"]))
        name = toolkit.name if toolkit else service_name(group["toolkit_slug"])
        telling = telling_of(toolkit, group["auth_config__auth_scheme"], holds_secrets=not group["is_empty"])
        counts[name, telling] = counts.get((name, telling), 0) + group["count"]
    found = [
        HowTold(name, count, f"{name} {_HOW[telling]}", telling in ("told", "nothing"))
        for (name, telling), count in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.service)))


def named(accounts: Sequence[ConnectedAccount]) -> list[tuple[ConnectedAccount, str, str]]:
    """Each with its name and its service's."""
    return [(each, name_of(each), service_name(each.toolkit_slug)) for each in accounts]


class ManyForm(ReasonForm):
    """The reason; for more than a hundred their number too. `seen` and `as_of` are what the person looked at."""

    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    as_of = forms.CharField(max_length=40, widget=forms.HiddenInput)
    number = forms.IntegerField(
        required=False,
        label="How many",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Type the number in digits."},
    )

    def __init__(self, count: int, as_of: datetime, *, data: Any = None) -> None:
        super().__init__(data, initial={"seen": count, "as_of": as_of.isoformat()})
        self.order_fields(["reason", "number"])
        field = self.fields["number"]
        if count > TYPED_ABOVE:
            field.help_text = f"Type {count} to say that you mean all of them."
        else:
            del self.fields["number"]
        self.count = count

    def clean_as_of(self) -> datetime:
        """The moment of the preview."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["as_of"])
        except ValueError as error:
            raise forms.ValidationError("Look at the list again.") from error
        if moment.tzinfo is None:
            raise forms.ValidationError("Look at the list again.")
        return moment

    def clean_number(self) -> int | None:
        """The same number as was shown."""
        typed: int | None = self.cleaned_data["number"]
        if typed != self.count:
            raise forms.ValidationError(f"There are {self.count}. Type that number, or keep them.")
        return typed
