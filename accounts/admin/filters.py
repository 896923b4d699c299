"""By what support finds accounts: status, service, auth config, project, age."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from accounts.models import ExternalUser, Status
from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.admin.filters import AgeFilter, Choices, ReferenceFilter, WordsFilter


class StatusFilter(WordsFilter):
    """By status; one that is revoked has none."""

    title = "status"
    parameter_name = "status"

    def choices_of(self, request: HttpRequest) -> Choices:
        """In words."""
        return [(each.value, str(each.label)) for each in Status]

    def chosen(self, value: str) -> Q:
        """Of those that are still there."""
        return Q(status=value, deleted_at__isnull=True)


class DeletedFilter(WordsFilter):
    """Those that were revoked are shown for 30 days."""

    title = "revoked"
    parameter_name = "revoked"

    def choices_of(self, request: HttpRequest) -> Choices:
        """Either."""
        return [("no", "not revoked"), ("yes", "revoked (kept for 30 days)")]

    def chosen(self, value: str) -> Q:
        """By the mark of deletion."""
        return Q(deleted_at__isnull=value == "no")


class ToolkitFilter(WordsFilter):
    """By service: those that somebody has registered an app with."""

    title = "service"
    parameter_name = "toolkit"

    def choices_of(self, request: HttpRequest) -> Choices:
        """By name; two queries."""
        own = dict(ProjectToolkit.objects.values_list("slug", "name"))
        used = AuthConfig.objects.order_by("toolkit_slug").values_list("toolkit_slug", flat=True).distinct()
        known = all_toolkits()
        return [(slug, own.get(slug) or (known[slug].name if slug in known else slug)) for slug in used]

    def chosen(self, value: str) -> Q:
        """By slug."""
        return Q(toolkit_slug=value)


class AuthConfigFilter(ReferenceFilter):
    """By auth config."""

    title = "auth config"
    parameter_name = "auth_config"
    field = "auth_config_id"

    def things(self) -> QuerySet[Any]:
        """Deleted ones as well: their accounts are shown a while."""
        return AuthConfig.objects.only("id", "name", "display_name")

    def words_of(self, thing: Model) -> str:
        """Its display name, and its own name where that is another."""
        assert isinstance(thing, AuthConfig)
        return f"{thing.display_name} ({thing.name})" if thing.display_name else thing.name


class PersonFilter(ReferenceFilter):
    """By the app's user that the address names; they are too many to be offered."""

    title = "person"
    parameter_name = "person"
    field = "external_user_id"

    def choices_of(self, request: HttpRequest) -> Choices:
        """The one that is named, if there is one; a query only then."""
        named = request.GET.get("person")
        if not named:
            return []
        found = ExternalUser.objects.select_related("project").defer("project__logo").filter(pk=named)
        return [(each.pk, f"{each.name} of {each.project.name}") for each in found]


class CreatedFilter(AgeFilter):
    """By age."""

    title = "made"
    parameter_name = "made"
    field = "created_at"


class LastUsedFilter(AgeFilter):
    """By last use."""

    title = "last used"
    parameter_name = "used"
    field = "last_used_at"
    may_be_never = True
