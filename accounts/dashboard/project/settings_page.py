"""How the project is set, and what to tell somebody who helps."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.dashboard.gate import Here, for_members, show
from flowra.actions.update_project import update_project
from flowra.errors import FlowraError
from flowra.models import Role
from flowra.pages.forms import tell_problems
from flowra.pages.moments import moment
from flowra.pages.project_form import NAMES, SettingsForm, settings_of
from flowra.pages.trail_words import events_of


@for_members(Role.OWNER)
def settings_page(request: HttpRequest, here: Here) -> HttpResponse:
    """GET shows them, POST changes them."""
    project = here.project
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=settings_of(project))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            update_project(
                project,
                here.actor,
                name=said["name"],
                callback_origins=form.origins(),
                custom_schemes=form.schemes(),
                require_confirmation=said["require_confirmation"],
                owner_email=said["owner_email"],
            )
        except FlowraError as error:
            tell_problems(form, error, NAMES)
        else:
            messages.success(request, "Saved. It holds for links made from now on.")
            return HttpResponseRedirect(here.url("settings"))
    context = {
        "form": form,
        "public_url": settings.FLOWRA_PUBLIC_URL,
        "made": moment(project.created_at),
        "events": events_of("project", project.pk)[:20],
    }
    status = 400 if form.errors else 200
    return show(request, here, "project/settings.html", "Settings", context, status=status)
