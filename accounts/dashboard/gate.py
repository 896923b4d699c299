"""Who is let into which page of the dashboard, and what each page is given of where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from flowra.errors import FlowraError, Forbidden, InvalidInput, NotFound
from flowra.events.record import Actor
from flowra.logs import request_id
from flowra.models import Membership, Project, Role
from flowra.pages.refuse_unreadable import refuse_unreadable
from flowra.pages.staff import actor_of


@dataclass(frozen=True, slots=True)
class Here:
    """Where a page of the dashboard is: whose session, in which project, with which role there."""

    user: User
    project: Project
    role: Role
    actor: Actor

    def may(self, least: Role) -> bool:
        """Whether the person has at least this role here."""
        return self.role.includes(least)

    @property
    def may_support(self) -> bool:
        """May act on accounts: check, revoke, ask to reconnect."""
        return self.may(Role.SUPPORT)

    @property
    def may_develop(self) -> bool:
        """May change auth configs, keys and webhooks."""
        return self.may(Role.DEVELOPER)

    @property
    def may_own(self) -> bool:
        """May change the team and the project."""
        return self.may(Role.OWNER)

    def url(self, name: str, *args: Any) -> str:
        """The path of one of the project's pages, as `accounts` or `account`."""
        return reverse(f"dashboard:{name}", args=[self.project.pk, *args])


ROLE_TOO_SMALL = "role_too_small"
_TOO_SMALL = "This is not for your role"
_PROBLEMS = {
    403: "That is not allowed",
    404: "There is nothing here",
    409: "That does not go as things stand",
}

# A page, or a file that is sent piece by piece.
Page = Callable[..., HttpResponseBase]


def for_members(least: Role = Role.VIEWER, *, to_change: Role | None = None) -> Callable[[Page], Page]:
    """Makes `page(request, here, …)` a view of `(request, project_id, …)`.

    Whoever is not signed in is sent to the sign-in page. A project that is not theirs is NotFound, like one that does
    not exist; too small a role for the page, or with POST for `to_change` (else `least`), is Forbidden. Errors of the family that
    `page` raises are shown as a page.
    """

    def gate(page: Page) -> Page:
        @wraps(page)
        def view(request: HttpRequest, project_id: str, *args: Any, **named: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return _to_sign_in(request)
            here: Here | None = None
            try:
                refuse_unreadable(request)
                here = _here(request, request.user, project_id)
                refuse_too_small(here, to_change if request.method == "POST" and to_change else least)
                return page(request, here, *args, **named)
            except FlowraError as error:
                return show_problem(request, error, here)
            except (DataError, SuspiciousOperation):
                words = InvalidInput("This address asks for something that cannot be looked up.")
                return show_problem(request, words, here)

        return view

    return gate


def show(
    request: HttpRequest,
    here: Here,
    template: str,
    title: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the dashboard's frame; `template` is under `templates/dashboard/`, `title` its h1."""
    whole = {"here": here, "project": here.project, "title": title, **(context or {})}
    return render(request, f"dashboard/{template}", whole, status=status)


def show_problem(request: HttpRequest, error: FlowraError, here: Here | None = None) -> HttpResponse:
    """An error of the family as a page with its words and its status."""
    context = {
        "here": here,
        "project": here.project if here else None,
        "title": _TOO_SMALL
        if error.code == ROLE_TOO_SMALL
        else _PROBLEMS.get(error.status, "That did not work"),
        "error": error,
        "request_id": request_id.get(),
    }
    return render(request, "dashboard/problem.html", context, status=error.status)


def projects_of(user: User) -> list[tuple[Project, Role]]:
    """The projects that a person may see, by name, each with their role; a superuser owns all."""
    if user.is_superuser:
        return [(each, Role.OWNER) for each in Project.objects.defer("logo").order_by("name", "id")]
    found = Membership.objects.filter(user=user).select_related("project").defer("project__logo")
    return [(each.project, Role(each.role)) for each in found.order_by("project__name", "project_id")]


def refuse_too_small(here: Here, needed: Role) -> None:
    """Raises Forbidden, with who can change it, where the person has less than this role."""
    if not here.may(needed):
        raise Forbidden(
            f"This needs the role {needed.label} in {here.project.name}; yours is {here.role.label}. "
            "An owner of the project can change it under Team.",
            code=ROLE_TOO_SMALL,
        )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A piece of an open page cannot hold the sign-in page: there the whole page goes."""
    answer = redirect_to_login(_back_to(request))
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": answer.url})
    return answer


def _back_to(request: HttpRequest) -> str:
    """Where somebody goes on after signing in: the page that they asked for, or from which they pressed. What they pressed
    is not done by itself, and may be no page at all.
    """
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    ):
        return reverse("dashboard:projects")
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _here(request: HttpRequest, user: User, project_id: str) -> Here:
    membership = (
        Membership.objects.select_related("project")
        .defer("project__logo")
        .filter(user=user, project=project_id)
        .first()
    )
    if membership is not None:
        project, role = membership.project, Role(membership.role)
    else:
        role = Role.OWNER
        owned = Project.objects.defer("logo").filter(pk=project_id).first() if user.is_superuser else None
        if owned is None:
            raise NotFound("There is no such project, or you are not on its team.", code="project_not_found")
        project = owned
    if user.is_superuser:
        role = Role.OWNER
    return Here(user, project, role, actor_of(request))
