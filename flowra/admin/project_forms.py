"""What is asked about a project."""

from __future__ import annotations

from typing import Any

from django import forms

from flowra.actions.set_project_logo import MAX_BYTES, checked_logo
from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.pages import project_form
from flowra.pages.project_form import SettingsForm, settings_of

NAMES = {**project_form.NAMES, "logo": "logo"}


class ProjectForm(SettingsForm):
    """A project that exists."""

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


def form_of(project: Project, **sent: Any) -> ChangedProjectForm:
    """The form with the project's own values."""
    form = ChangedProjectForm(**sent, initial=settings_of(project))
    if not project.logo_type:
        del form.fields["remove_logo"]
    return form
