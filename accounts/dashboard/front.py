"""The way in: signing in and out, and choosing among one's projects."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy

from accounts.dashboard.gate import projects_of
from accounts.dashboard.signed_out import sign_in_first
from flowra.pages.moments import moment


class SignInForm(AuthenticationForm):
    """Django's own, in words that tell nobody which of the two is wrong, or that somebody may no longer sign in."""

    error_messages = MappingProxyType(  # type: ignore[assignment]
        {
            "invalid_login": "This username and password do not go together. Capital and small letters count in both.",
            "inactive": "This username and password do not go together.",
        }
    )


class SignIn(LoginView):
    """Django's own sign-in, on our page; whoever is signed in already goes on."""

    form_class = SignInForm
    template_name = "dashboard/sign_in.html"
    redirect_authenticated_user = True
    next_page = "dashboard:projects"

    def get_success_url(self) -> str:
        """Where `next` says; never back here, nor out again at once."""
        url = super().get_success_url()
        is_door = urlsplit(url).path in (reverse("dashboard:sign_in"), reverse("dashboard:sign_out"))
        return self.get_default_redirect_url() if is_door else url


class SignOut(LogoutView):
    """POST ends the session; Django refuses GET."""

    next_page = "dashboard:sign_in"


class NewPassword(PasswordChangeView):
    """Django's own change of one's password, on our page; other browsers are signed out by it."""

    template_name = "dashboard/password.html"
    success_url = reverse_lazy("dashboard:projects")
    extra_context = MappingProxyType({"title": "Change your password"})

    def form_valid(self, form: Any) -> HttpResponse:
        """Tells it on the next page."""
        messages.success(self.request, "Your password is changed. Other browsers were signed out.")
        return super().form_valid(form)


def projects(request: HttpRequest) -> HttpResponse:
    """The projects of whoever is signed in; where there is one, it is gone to at once, unless `?all`."""
    if not isinstance(request.user, User):
        return sign_in_first(request)
    found = projects_of(request.user)
    if len(found) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(f"/dashboard/{found[0][0].pk}/")
    context = {
        "title": "Projects",
        "projects": [(project, role, moment(project.created_at)) for project, role in found],
    }
    return render(request, "dashboard/projects.html", context)
