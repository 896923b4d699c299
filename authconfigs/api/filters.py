"""Which auth configs a list is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import QuerySet

from authconfigs.actions.matching import matching
from authconfigs.models import AuthConfig

if TYPE_CHECKING:
    AuthConfigs = QuerySet[AuthConfig, Any]


class AuthConfigFilter(django_filters.FilterSet):
    """The contract's parameters, already read: texts, lists and booleans as Python has them."""

    q = django_filters.CharFilter(method="matching")
    search = django_filters.CharFilter(method="matching")
    toolkitSlug = django_filters.CharFilter(method="of_toolkits")
    provider = django_filters.CharFilter(method="of_provider")
    showDisabled = django_filters.BooleanFilter(method="shown")

    class Meta:
        model = AuthConfig
        fields: tuple[str, ...] = ()

    def matching(self, found: AuthConfigs, name: str, value: str) -> AuthConfigs:
        """Every word is in the name, the display name or the toolkit."""
        return matching(found, value)

    def of_toolkits(self, found: AuthConfigs, name: str, value: str) -> AuthConfigs:
        """Of any of the comma-separated slugs."""
        return found.filter(toolkit_slug__in=value.split(","))

    def of_provider(self, found: AuthConfigs, name: str, value: str) -> AuthConfigs:
        """`managed` or `custom`: whose client it is; else the service's slug."""
        if value in ("managed", "custom"):
            return found.filter(is_provider_managed=value == "managed")
        return found.filter(toolkit_slug=value)

    def shown(self, found: AuthConfigs, name: str, value: bool) -> AuthConfigs:
        """Those that are switched off only when asked for."""
        return found if value else found.filter(is_disabled=False)


def filtered(found: AuthConfigs, asked: dict[str, Any]) -> AuthConfigs:
    """The rows that a Query's values ask for."""
    data = {name: asked[name] for name in ("q", "search", "provider", "showDisabled")}
    data["toolkitSlug"] = ",".join(asked["toolkitSlug"] or ())
    narrowed: AuthConfigs = AuthConfigFilter(data, queryset=found).qs
    return narrowed
