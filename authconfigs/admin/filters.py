"""By what auth configs are found: whether they may be used, and their service."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest

from authconfigs.models import AuthConfig
from flowra.admin.filters import Choices, WordsFilter


class StateFilter(WordsFilter):
    """By whether it may be used."""

    title = "state"
    parameter_name = "state"

    def choices_of(self, request: HttpRequest) -> Choices:
        """In words."""
        return [
            ("on", "switched on"),
            ("off", "switched off"),
            ("refused", "refused by the service"),
            ("deleted", "deleted"),
        ]

    def chosen(self, value: str) -> Q:
        """By both marks."""
        if value == "deleted":
            return Q(deleted_at__isnull=False)
        if value == "refused":
            return Q(deleted_at__isnull=True, failing_since__isnull=False)
        return Q(deleted_at__isnull=True, is_disabled=value == "off")


class ToolkitFilter(WordsFilter):
    """By service."""

    title = "service"
    parameter_name = "toolkit"

    def choices_of(self, request: HttpRequest) -> Choices:
        """Those in use."""
        used = AuthConfig.objects.order_by("toolkit_slug").values_list("toolkit_slug", flat=True).distinct()
        return [(slug, slug) for slug in used]

    def chosen(self, value: str) -> Q:
        """By slug."""
        return Q(toolkit_slug=value)
