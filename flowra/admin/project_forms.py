"""What is asked about a project and its keys."""

from __future__ import annotations

from typing import Any

from django import forms

from flowra.actions.checked_project import MAX_NAME, MAX_ORIGINS, MAX_SCHEMES
from flowra.actions.create_api_key import MAX_DAYS
from flowra.actions.set_project_logo import MAX_BYTES, checked_logo
from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.models.api_key import DEFAULT_SCOPES, SCOPES
from flowra.pages.forms import LinesField, lines_of

NAMES = {
    "name": "name",
    "callbackOrigins": "callback_origins",
    "customSchemes": "custom_schemes",
    "ownerEmail": "owner_email",
    "logo": "logo",
}
KEY_NAMES = {"name": "name", "scopes": "scopes", "expiresInDays": "expires_in_days"}


class ProjectForm(forms.Form):
    """A project that exists."""

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
    logo = forms.FileField(
        required=False, help_text=f"PNG, JPEG or WebP, at most {MAX_BYTES // 1000} kB. Square looks best."
    )

    def clean_logo(self) -> bytes | None:
        """The picture's bytes, checked."""
        sent = self.cleaned_data.get("logo")
        if sent is None:
            return None
        picture: bytes = sent.read(MAX_BYTES + 1)
        try:
            checked_logo(picture)
        except InvalidInput as error:
            raise forms.ValidationError(error.errors[0].message) from error
        return picture

    def origins(self) -> list[str]:
        """The origins as typed, one each."""
        return lines_of(self.cleaned_data["callback_origins"])

    def schemes(self) -> list[str]:
        """The schemes as typed, one each."""
        return lines_of(self.cleaned_data["custom_schemes"])


class NewProjectForm(ProjectForm):
    """A project that does not exist yet: whether it is for tests is said once."""

    is_test = forms.BooleanField(
        label="For tests",
        required=False,
        help_text="Its keys begin with flw_test_. This is not changed later.",
    )


class ChangedProjectForm(ProjectForm):
    """A project whose logo may be taken away."""

    remove_logo = forms.BooleanField(label="Take the logo away", required=False)


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        required=False, max_length=100, help_text="Where it will be used, for whoever finds it."
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope, f"{scope}: {words}") for scope, words in SCOPES.items()],
        initial=list(DEFAULT_SCOPES),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    expires_in_days = forms.IntegerField(
        label="Runs out after so many days",
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        help_text="Empty: it does not run out.",
    )


def form_of(project: Project, **sent: Any) -> ChangedProjectForm:
    """The form with the project's own values."""
    initial = {
        "name": project.name,
        "callback_origins": "\n".join(project.callback_origins),
        "custom_schemes": "\n".join(project.custom_schemes),
        "require_confirmation": project.require_confirmation,
        "owner_email": project.owner_email,
    }
    form = ChangedProjectForm(**sent, initial=initial)
    if not project.logo_type:
        del form.fields["remove_logo"]
    return form
