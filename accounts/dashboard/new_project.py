"""A new project, for superusers: its name is enough to begin with."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.dashboard.gate import show_problem
from accounts.dashboard.signed_out import sign_in_first
from flowra.actions.checked_project import MAX_NAME
from flowra.actions.create_project import create_project
from flowra.errors import FlowraError, Forbidden
from flowra.pages.forms import tell_problems
from flowra.pages.refuse_unreadable import refuse_unreadable
from flowra.pages.staff import actor_of


class NewProjectForm(forms.Form):
    """The rest has its place under Settings, Look and Team."""

    name = forms.CharField(
        max_length=MAX_NAME,
        help_text="The app's name, as people read it when they connect.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    is_test = forms.BooleanField(
        label="For trying out",
        required=False,
        help_text="It is marked as a test wherever it is shown, and its keys begin with flw_test_.",
    )


def new_project(request: HttpRequest) -> HttpResponse:
    """GET asks for its name; POST makes it, with whoever is signed in as its owner, and goes to its first page."""
    if not isinstance(request.user, User):
        return sign_in_first(request)
    try:
        refuse_unreadable(request)
        if not request.user.is_superuser:
            raise Forbidden(
                "Only a superuser of this Flowra makes projects. Ask whoever runs it; an owner can then invite you.",
                code="superusers_only",
            )
        return _page(request, request.user)
    except FlowraError as error:
        return show_problem(request, error)


def _page(request: HttpRequest, user: User) -> HttpResponse:
    form = NewProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            project = create_project(
                said["name"], actor=actor_of(request), is_test=said["is_test"], owner=user
            )
        except FlowraError as error:
            tell_problems(form, error, {"name": "name"})
        else:
            messages.success(request, f"{project.name} is there, and you own it.")
            return HttpResponseRedirect(reverse("dashboard:health", args=[project.pk]))
    context = {"title": "New project", "form": form}
    return render(request, "dashboard/new_project.html", context, status=400 if form.errors else 200)
