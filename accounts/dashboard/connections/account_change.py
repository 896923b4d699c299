"""Changing one account: what it is called, whether it may be used, and its end."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from accounts.actions.update_account import MAX_NAME_LENGTH, update_account
from accounts.dashboard.connections.account_page import about
from accounts.dashboard.connections.found import account_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.dashboard.wanted_state import wanted_state
from accounts.pages.account_words import name_of
from accounts.pages.revoking import ReasonForm, Result, previews_of, revoke_each
from accounts.pages.story import story_of
from flowra.errors import Conflict, FlowraError
from flowra.models import Role
from flowra.pages.forms import LinesField, lines_of, tell_problems
from flowra.pages.moments import moment


class NamesForm(forms.Form):
    """What an account is called."""

    display_name = forms.CharField(
        label="Name",
        required=False,
        max_length=MAX_NAME_LENGTH,
        help_text="What people in the app read. Empty: it is called by its identity.",
    )
    labels = LinesField(
        label="Labels", required=False, help_text="One a line. The app finds accounts by them."
    )


@require_POST
@for_members(Role.SUPPORT)
def switch(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST `to=on` or `to=off`."""
    found = account_of(here, id)
    off = wanted_state(request) == "off"
    try:
        update_account(found, here.actor, is_disabled=off)
    except FlowraError as error:
        messages.error(request, error.message)
    else:
        words = f"{here.project.name} cannot use it until it is on again. " if off else ""
        messages.success(
            request,
            f"Switched off. {words}The person's permission is unchanged."
            if off
            else "Switched on. It can be used again.",
        )
    return HttpResponseRedirect(here.url("account", found.pk))


@for_members(Role.SUPPORT)
def edit(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET shows its name and labels, POST changes them."""
    found = account_of(here, id)
    if found.deleted_at is not None:
        raise Conflict("It was revoked, so it is not changed any more.")
    before = {"display_name": found.display_name or "", "labels": "\n".join(map(str, found.labels))}
    form = NamesForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            update_account(
                found,
                here.actor,
                display_name=form.cleaned_data["display_name"],
                labels=lines_of(form.cleaned_data["labels"]),
            )
        except FlowraError as error:
            tell_problems(form, error, {"displayName": "display_name", "labels": "labels"})
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(here.url("account", found.pk))
    context = {**about(found, story_of(found)), "form": form}
    status = 400 if form.errors else 200
    return show(
        request, here, "connections/edit.html", f"Name and labels of {name_of(found)}", context, status=status
    )


@for_members(Role.SUPPORT)
def revoke(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET says what will happen and asks why, POST revokes."""
    found = account_of(here, id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        (result,) = revoke_each([found], here.actor, form.cleaned_data["reason"])
        tell(request, result)
        return HttpResponseRedirect(here.url("account", found.pk))
    (preview,) = previews_of([found])
    story = story_of(found)
    context = {
        **about(found, story),
        "preview": preview,
        "form": form,
        "used": moment(found.last_used_at),
    }
    title = f"Revoke the {story.service} of {name_of(found)}?"
    status = 400 if form.errors else 200
    return show(request, here, "connections/revoke.html", title, context, status=status)


def tell(request: HttpRequest, result: Result) -> None:
    """Says once how revoking went."""
    level = {"done": messages.SUCCESS, "skipped": messages.WARNING}.get(result.kind, messages.ERROR)
    messages.add_message(request, level, result.words)
