"""The way in: signing in and out, and choosing among one's projects."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse_lazy

from accounts.dashboard.gate import projects_of


class SignIn(LoginView):
    """Django's own sign-in, on our page; whoever is signed in already goes on."""

    template_name = "dashboard/sign_in.html"
    redirect_authenticated_user = True
    next_page = "dashboard:projects"


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
        return redirect_to_login(request.get_full_path())
    found = projects_of(request.user)
    if len(found) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(f"/dashboard/{found[0][0].pk}/")
    context = {"title": "Projects", "projects": found}
    return render(request, "dashboard/projects.html", context)
