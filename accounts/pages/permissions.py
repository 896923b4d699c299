"""What an app may do, for people: by what is done, the sensitive first."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from authconfigs.catalogue.toolkit import ScopeText


def grouped(scopes: Sequence[ScopeText]) -> list[tuple[str, list[ScopeText]]]:
    """Each group with its heading, in the order in which they first come in `scopes`: the sensitive are there first."""
    headings = {
        "delete": _("Delete"),
        "change": _("Change"),
        "read": _("Read"),
        "identity": _("Know who you are"),
    }
    kinds = dict.fromkeys(each.kind for each in scopes)
    return [(headings[kind], [each for each in scopes if each.kind == kind]) for kind in kinds]
