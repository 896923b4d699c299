"""Taking up an invitation: looking at it changes nothing, a press joins."""

from __future__ import annotations

from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.dashboard.gate import show_problem
from flowra.actions.accept_invitation import (
    accept_invitation,
    find_open_invitation,
    has_account,
    is_for,
    join_with_password,
)
from flowra.errors import FlowraError
from flowra.models import Invitation, Role
from flowra.pages.forms import tell_problems
from flowra.pages.moments import moment
from flowra.pages.refuse_unreadable import refuse_unreadable
from flowra.pages.role_words import ROLE_WORDS

LONGEST = 500


class PasswordForm(forms.Form):
    """A new account's password, twice."""

    password = forms.CharField(
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )
    again = forms.CharField(
        label="The same again",
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """The same as the first."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError("The two are not the same.")
        return again


def join(request: HttpRequest, token: str) -> HttpResponse:
    """GET says who invites whom to what; POST joins, with the account that is signed in or a new one."""
    try:
        refuse_unreadable(request)
        return _page(request, token, find_open_invitation(token))
    except FlowraError as error:
        return show_problem(request, error)


def _page(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    form = None
    if user is not None:
        if request.method == "POST":
            accept_invitation(invitation, user)
            return _joined(request, invitation)
    elif not has_account(invitation):
        form = PasswordForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                member = join_with_password(invitation, form.cleaned_data["password"])
            except FlowraError as error:
                if not error.errors:
                    raise
                tell_problems(form, error, {"password": "password"})
            else:
                login(request, member.user, backend="django.contrib.auth.backends.ModelBackend")
                return _joined(request, invitation)
    role = Role(invitation.role)
    context = {
        "title": f"Join {invitation.project.name}",
        "invitation": invitation,
        "role": role.label,
        "role_words": ROLE_WORDS[role],
        "ends": moment(invitation.expires_at),
        "form": form,
        "is_other": user is not None and not is_for(invitation, user),
        "sign_in_url": f"{reverse('dashboard:sign_in')}?next={quote(reverse('dashboard:join', args=[token]))}",
    }
    return render(request, "dashboard/join.html", context, status=400 if form and form.errors else 200)


def _joined(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(request, f"You are on the team of {invitation.project.name} now.")
    return HttpResponseRedirect(f"/dashboard/{invitation.project_id}/team")
