"""Where a toolkit's logo is to be had."""

from __future__ import annotations

from django.conf import settings
from django.templatetags.static import static

from .toolkit import Toolkit


def logo_url(toolkit: Toolkit) -> str:
    """An absolute URL, also of the catalogue's own pictures; empty for a toolkit without a logo."""
    if not toolkit.logo or "://" in toolkit.logo:
        return toolkit.logo
    return f"{settings.FLOWRA_PUBLIC_URL}{static(toolkit.logo)}"
