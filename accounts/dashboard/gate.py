"""Who is let into which page of the dashboard, and what each page is given of where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.dashboard.signed_out import sign_in_first
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
_PROBLEMS = {
    403: "That is not allowed",
    404: "There is nothing here",
    409: "That does not go as things stand",
}
NO_SUCH_PAGE = "Its address was cut short, or is of other filters. Begin again at the first page."

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
                return sign_in_first(request)
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
    """An error of the family as a page with its words and its status.

    Asked for a piece of an open page that is not this person's any more, that page is loaded anew, and says so itself.
    """
    if request.headers.get("HX-Request") and error.status in (403, 404):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "here": here,
        "project": here.project if here else None,
        "title": _title_of(error, is_filter=request.method == "GET" and bool(error.errors)),
        "says": "" if error.message == _joined(error) else error.message,
        "problems": [
            ("page", NO_SUCH_PAGE[:1].lower() + NO_SUCH_PAGE[1:])
            if each.field == "cursor"
            else (each.field, each.message)
            for each in error.errors
        ],
        "is_filtered": request.method == "GET" and bool(request.GET),
        "request_id": request_id.get(),
    }
    return render(request, "dashboard/problem.html", context, status=error.status)


def _title_of(error: FlowraError, *, is_filter: bool) -> str:
    if is_filter:
        return "This cannot be looked for"
    if error.code == ROLE_TOO_SMALL:
        return "This is not for your role"
    return _PROBLEMS.get(error.status, "That did not work")


def _joined(error: FlowraError) -> str:
    return "; ".join(f"{each.field}: {each.message}" for each in error.errors)


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
