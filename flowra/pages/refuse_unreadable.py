"""What no page can work with, refused in words before anything reads it."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from flowra.errors import InvalidInput

LONGEST_SEARCH = 200


def refuse_unreadable(request: HttpRequest) -> None:
    """Raises InvalidInput: PostgreSQL stores no NUL, no list offers patterns, and an endless search is nobody's."""
    fields: tuple[QueryDict, ...] = (request.GET, request.POST)
    if "\x00" in request.path or any(
        "\x00" in text for query in fields for name, values in query.lists() for text in (name, *values)
    ):
        raise InvalidInput("The address or the form has a character in it that no text has.")
    if any(name.endswith("regex") for name in request.GET):
        raise InvalidInput("Lists are not searched by patterns.")
    if len(request.GET.get("q", "")) > LONGEST_SEARCH:
        raise InvalidInput(f"A search may have at most {LONGEST_SEARCH} characters.")
