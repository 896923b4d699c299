"""Where webhooks may be sent, and what of."""

from __future__ import annotations

from collections.abc import Sequence

from flowra import outbound
from flowra.errors import FieldProblem, InvalidInput
from flowra.events.deliveries import EVERYTHING
from flowra.events.names import WEBHOOK_TYPES
from flowra.models.webhook import MAX_DESCRIPTION, MAX_URL
from flowra.near_match import near_match


def checked_url(url: str, field: str = "url") -> str:
    """The URL as it is stored. It is looked up, so call this outside of any transaction.

    Raises InvalidInput: only https, to a public address, unless FLOWRA_OUTBOUND_ALLOW has its address.
    """
    stripped = url.strip()
    if not stripped or len(stripped) > MAX_URL:
        raise InvalidInput.field(field, f"must be a URL of at most {MAX_URL} characters")
    if "#" in stripped:
        raise InvalidInput.field(field, "may not have a fragment: it would not be sent")
    outbound.refuse_inward(field, stripped)
    return stripped


def checked_events(events: Sequence[str], field: str = "events") -> list[str]:
    """Each once, in the trail's order, or `["*"]`; raises InvalidInput naming the one that webhooks do not carry."""
    if not events:
        raise InvalidInput.field(field, 'may not be empty: name the types, or send ["*"] for all')
    known = [each.value for each in WEBHOOK_TYPES]
    problems = [
        FieldProblem(f"{field}.{index}", f"is no type that webhooks carry.{near_match(str(given), known)}")
        for index, given in enumerate(events)
        if given != EVERYTHING and given not in known
    ]
    if problems:
        raise InvalidInput.fields(problems)
    return [EVERYTHING] if EVERYTHING in events else [each for each in known if each in events]


def checked_description(description: str, field: str = "description") -> str:
    """One line; raises InvalidInput."""
    stripped = description.strip()
    if len(stripped) > MAX_DESCRIPTION or not stripped.isprintable():
        raise InvalidInput.field(field, f"must be one line of at most {MAX_DESCRIPTION} characters")
    return stripped
