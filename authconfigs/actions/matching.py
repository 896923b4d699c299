"""Which auth configs a search finds, for the API and for pages alike."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import AuthConfig


def matching(found: QuerySet[AuthConfig, Any], words: str) -> QuerySet[AuthConfig, Any]:
    """Those of which every word is in the name, the display name or the toolkit."""
    for word in words.lower().split():
        catalogue = all_toolkits()
        slugs = [slug for slug in catalogue if word in catalogue[slug].name.lower()]
        found = found.filter(
            Q(name__icontains=word)
            | Q(display_name__icontains=word)
            | Q(toolkit_slug__icontains=word)
            | Q(toolkit_slug__in=slugs)
        )
    return found
