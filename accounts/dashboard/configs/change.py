"""Changing one auth config: its form, its switch, its end, and connecting an account of one's own through it."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect

from accounts.actions.act_as import act_as
from accounts.actions.start_link import start_link
from accounts.dashboard.configs.form import ConfigForm
from accounts.dashboard.configs.found import accounts_by_state, auth_config_of, toolkit_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.dashboard.wanted_state import wanted_state
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.actions.dependents import count_dependents
from authconfigs.actions.toolkit_for import toolkit_for, toolkits_for
from authconfigs.actions.update_auth_config import update_auth_config
from authconfigs.pages.auth_config_form import DeletionForm
from authconfigs.schemes import scheme_named
from flowra.errors import Conflict, FlowraError
from flowra.models import Role
from flowra.pages.forms import tell_problems

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._@-]+")


@for_members(Role.DEVELOPER)
def edit(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET shows what may be changed, secrets by their last four alone; POST changes it."""
    found = auth_config_of(here, id)
    toolkit = toolkit_for(here.project, found.toolkit_slug)
    scheme = scheme_named(found.auth_scheme)
    form = ConfigForm(
        here.project,
        toolkit,
        scheme,
        found,
        is_managed=found.is_provider_managed,
        data=request.POST if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            update_auth_config(
                found,
                here.actor,
                display_name=said["display_name"],
                credentials=form.credentials(),
                restrict_to_following_tools=form.tools(),
                proxy_url=said["proxy_url"] if said["proxy_url"] != found.proxy_url else None,
                raw_credentials=said["raw_credentials"],
            )
        except FlowraError as error:
            tell_problems(form, error, form.names(""))
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(here.url("auth_config", found.pk))
    context = {
        "auth_config": found,
        "toolkit": toolkit,
        "scheme": scheme,
        "form": form,
        "redirect_uri": found.redirect_uri if scheme.needs_redirect else "",
        "back": here.url("auth_config", found.pk),
    }
    status = 400 if form.errors else 200
    return show(request, here, "configs/edit.html", f"Edit {found}", context, status=status)


@for_members(Role.DEVELOPER)
def switch(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST `to=on` or `to=off`."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = auth_config_of(here, id)
    off = wanted_state(request) == "off"
    update_auth_config(found, here.actor, is_disabled=off)
    words = (
        "Nothing under it can be used or connected until it is on again." if off else "It can be used again."
    )
    messages.success(request, f"Switched {'off' if off else 'on'}. {words}")
    return HttpResponseRedirect(here.url("auth_config", found.pk))


@for_members(Role.DEVELOPER)
def connect_own(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST makes a link for the one who is signed in, as a user of the app by their sign-in name, and goes to its page."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = auth_config_of(here, id)
    if found.is_disabled:
        raise Conflict(
            "It is switched off, so nobody can connect. Switch it on first.", code="auth_config_disabled"
        )
    name = _NOT_IN_NAMES.sub("-", here.user.get_username())[:255].strip("-") or "developer"
    started = start_link(
        here.project,
        auth_config_id=found.pk,
        external_user=act_as(here.project, name),
        actor=here.actor,
    )
    return HttpResponseRedirect(started.url)


@for_members(Role.DEVELOPER)
def delete(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET says what it touches, POST deletes it, with every account under it when that was ticked."""
    found = auth_config_of(here, id)
    toolkit = toolkit_of(here.project, found, toolkits_for(here.project, [found.toolkit_slug]))
    count = count_dependents([found.pk])[found.pk]
    form = DeletionForm(count, data=request.POST if request.method == "POST" else None)
    if count:
        form.fields["force"].label = (
            "Revoke the account as well" if count == 1 else f"Revoke all {count} accounts as well"
        )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ended = delete_auth_config(
                found, here.actor, force=bool(said.get("force")), reason=said["reason"]
            )
        except FlowraError as error:
            form.add_error(None, error.message)
        else:
            accounts = f", and {ended} account{'s' if ended > 1 else ''} revoked" if ended else ""
            messages.success(request, f"{found} was deleted{accounts}.")
            return HttpResponseRedirect(here.url("auth_configs"))
    context = {
        "auth_config": found,
        "toolkit": toolkit,
        "form": form,
        "count": count,
        "counts": accounts_by_state([found.pk])[found.pk],
        "back": here.url("auth_config", found.pk),
    }
    status = 400 if form.errors else 200
    return show(request, here, "configs/delete.html", f"Delete {found}?", context, status=status)
