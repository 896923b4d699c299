"""What a switch was pressed to: a form without it, or with something else, switches nothing."""

from __future__ import annotations

from django.http import HttpRequest

from flowra.errors import InvalidInput


def wanted_state(request: HttpRequest, on: str = "on", off: str = "off") -> str:
    """POST's `to`, one of the two; raises InvalidInput for anything else."""
    to = request.POST.get("to", "")
    if to not in (on, off):
        raise InvalidInput.field("to", f"must be {on} or {off}")
    return to
