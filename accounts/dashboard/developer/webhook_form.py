"""What is asked about a webhook endpoint."""

from __future__ import annotations

from typing import Any

from django import forms

from flowra.events.deliveries import EVERYTHING
from flowra.models import WebhookEndpoint
from flowra.models.webhook import MAX_DESCRIPTION, MAX_URL
from flowra.pages.webhook_words import types_to_choose

NAMES = {"url": "url", "events": "events", "description": "description"}


class WebhookForm(forms.Form):
    """Where, what for, and of what it is told."""

    url = forms.CharField(
        label="URL",
        max_length=MAX_URL,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="https, on a public address. Each message is a signed POST to it.",
        error_messages={"required": "Say where the messages go."},
    )
    description = forms.CharField(
        required=False, max_length=MAX_DESCRIPTION, help_text="What it is for, for whoever finds it."
    )
    everything = forms.BooleanField(label="Everything, also what later versions add", required=False)
    events = forms.MultipleChoiceField(
        label="It is told of",
        required=False,
        choices=types_to_choose,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """All, or at least one type."""
        said = super().clean() or {}
        if not said.get("everything") and not said.get("events") and "events" not in self.errors:
            self.add_error("events", "Tick everything, or at least one.")
        return said

    def chosen(self) -> list[str]:
        """As the actions take it."""
        return [EVERYTHING] if self.cleaned_data["everything"] else self.cleaned_data["events"]

    def boxes(self) -> list[tuple[str, str, bool]]:
        """Each type with its words, and whether it is ticked."""
        ticked = self["events"].value() or []
        return [(type, words, type in ticked) for type, words in types_to_choose()]


def form_of(endpoint: WebhookEndpoint, data: Any = None) -> WebhookForm:
    """The form with the endpoint's own values."""
    is_all = EVERYTHING in endpoint.events
    initial = {
        "url": endpoint.url,
        "description": endpoint.description,
        "everything": is_all,
        "events": [] if is_all else endpoint.events,
    }
    return WebhookForm(data, initial=initial)
