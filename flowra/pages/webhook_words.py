"""Webhooks in words: how an endpoint stands, what it is told of, how a delivery went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flowra.events.deliveries import EVERYTHING
from flowra.events.names import WEBHOOK_TYPES
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.webhooks.deliver import TEST

from .trail_words import words_of_type

# A colour's name, a shape and a word.
ENDPOINT_STATES: Mapping[str, tuple[str, str, str]] = {
    "well": ("good", "●", "Well"),
    "failing": ("careful", "▲", "Failing"),
    "off": ("off", "▬", "Switched off"),
}
OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "waiting": ("waiting", "◔", "Waiting"),
    "again": ("careful", "▲", "Is tried again"),
    "taken": ("good", "●", "Taken"),
    "not-taken": ("bad", "✕", "Not taken"),
}
# What lists can be narrowed to.
OUTCOMES_ASKED: Mapping[str, tuple[str, Q]] = {
    "taken": ("taken", Q(due_at__isnull=True, successful=True)),
    "waiting": ("waiting", Q(due_at__isnull=False)),
    "given-up": ("not taken, and over", Q(due_at__isnull=True, successful=False)),
}


def state_of(endpoint: WebhookEndpoint) -> str:
    """`off`, `failing` or `well`."""
    if endpoint.is_disabled:
        return "off"
    return "well" if endpoint.failing_since is None else "failing"


def outcome_of(delivery: WebhookDelivery) -> str:
    """`waiting` before the first attempt, `again` between attempts, `taken` or `not-taken` when it is over."""
    if delivery.due_at is not None:
        return "again" if delivery.attempts else "waiting"
    return "taken" if delivery.successful else "not-taken"


def events_in_words(events: Sequence[str]) -> str:
    """All, or the types."""
    return "everything" if EVERYTHING in events else ", ".join(events)


def state_badge(endpoint: WebhookEndpoint) -> SafeString:
    """The endpoint's state as HTML."""
    return _badge(*ENDPOINT_STATES[state_of(endpoint)])


def outcome_badge(delivery: WebhookDelivery) -> SafeString:
    """How the delivery went, as HTML."""
    return _badge(*OUTCOMES[outcome_of(delivery)])


def words_of_event(type: str) -> str:
    """What a message tells of."""
    return "A test" if type == TEST else words_of_type(type)


def types_to_choose() -> list[tuple[str, str]]:
    """The types that webhooks carry, each with its words."""
    return [(each.value, words_of_type(each.value)) for each in WEBHOOK_TYPES]


def _badge(kind: str, shape: str, word: str) -> SafeString:
    return format_html(
        "<span class='status status-{}'><span class='shape' aria-hidden='true'>{}</span> {}</span>",
        kind,
        shape,
        word,
    )
