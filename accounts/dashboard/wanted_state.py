"""What a switch was pressed to: a form without it, or with something else, switches nothing."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest

from flowra.errors import InvalidInput


def wanted_state(request: HttpRequest) -> Literal["on", "off"]:
    """POST's `to`; raises InvalidInput for anything but `on` and `off`."""
    match request.POST.get("to"):
        case "on":
            return "on"
        case "off":
            return "off"
    raise InvalidInput.field("to", "must be on or off")
