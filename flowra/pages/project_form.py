"""What is asked about a project's settings, and each key of the wire's that stands for a field of it."""

from __future__ import annotations

from typing import Any

from django import forms

from flowra.actions.checked_project import MAX_NAME, MAX_ORIGINS, MAX_SCHEMES
from flowra.models import Project

from .forms import LinesField, lines_of

NAMES = {
    "name": "name",
    "callbackOrigins": "callback_origins",
    "customSchemes": "custom_schemes",
    "ownerEmail": "owner_email",
}


class SettingsForm(forms.Form):
    """What `create_project` and `update_project` take."""

    name = forms.CharField(
        max_length=MAX_NAME, help_text="The app's name, as people read it when they connect."
    )
    callback_origins = LinesField(
        label="Where people may be sent back to",
        required=False,
        max_length=MAX_ORIGINS * 300,
        help_text="One origin a line, like https://app.example.com. Scheme, host and port are compared exactly.",
    )
    custom_schemes = LinesField(
        label="Mobile apps' own schemes",
        required=False,
        max_length=MAX_SCHEMES * 110,
        help_text="One a line, like com.example.app: a callback URL may begin with it as well.",
    )
    require_confirmation = forms.BooleanField(
        label="Every connection must be confirmed by the app",
        required=False,
        help_text="The app says who is signed in before a connection counts. A link cannot switch this off.",
    )
    owner_email = forms.CharField(
        label="Owner's e-mail",
        required=False,
        max_length=254,
        help_text="Who is written to when something needs a person, as a webhook that was switched off. "
        "Empty: the superusers of this Flowra.",
    )

    def origins(self) -> list[str]:
        """The origins as typed, one each."""
        return lines_of(self.cleaned_data["callback_origins"])

    def schemes(self) -> list[str]:
        """The schemes as typed, one each."""
        return lines_of(self.cleaned_data["custom_schemes"])


def settings_of(project: Project) -> dict[str, Any]:
    """The project's own values, as the form begins with them."""
    return {
        "name": project.name,
        "callback_origins": "\n".join(project.callback_origins),
        "custom_schemes": "\n".join(project.custom_schemes),
        "require_confirmation": project.require_confirmation,
        "owner_email": project.owner_email,
    }
