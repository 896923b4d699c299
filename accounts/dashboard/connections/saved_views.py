"""Filters of the list under a name: offered on top of it, saved, renamed, and deleted."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from accounts.dashboard.connections.asked import asked_by, values_of
from accounts.dashboard.gate import ROLE_TOO_SMALL, Here, for_members
from flowra.actions.saved_views import change_view, delete_view, save_view, views_for
from flowra.errors import FlowraError, Forbidden, NotFound
from flowra.models import Role, SavedView

READY = (
    ("All", ""),
    ("Needs the user", "statuses=EXPIRED"),
    ("Access ends soon", "trouble=expiring"),
    ("Renewal is failing", "trouble=failing"),
    ("Revoked", "revoked=yes"),
)


@dataclass(frozen=True, slots=True)
class View:
    """One saved view; `is_here` where its filters are the page's."""

    view: SavedView
    url: str
    is_here: bool
    is_own: bool
    may_change: bool


def ready_views(same: str) -> list[tuple[str, str, bool]]:
    """Those that every project has: words, address, and whether it is this page."""
    return [(words, f"?{query}", query == same) for words, query in READY]


def views_of(here: Here, same: str) -> list[View]:
    """Those that the person sees, by name; one query."""
    return [
        View(
            each,
            f"?{each.query}",
            each.query == same,
            each.user_id == here.user.pk,
            _may_change(here, each),
        )
        for each in views_for(here.project, here.user)
    ]


@require_POST
@for_members()
def save(request: HttpRequest, here: Here) -> HttpResponse:
    """POST `name`, `query` and, by support, `shared`: then the list with it."""
    is_shared = bool(request.POST.get("shared"))
    if is_shared:
        _refuse_sharing(here)
    asked = asked_by(request.POST.get("query", ""))
    values_of(asked)
    query = asked.query()
    try:
        saved = save_view(
            here.project, here.user, name=request.POST.get("name", ""), query=query, is_shared=is_shared
        )
    except FlowraError as error:
        _tell(request, error, "Not saved")
    else:
        shared = " Everybody in the project sees it." if saved.is_shared else ""
        messages.success(request, f"Saved as “{saved.name}”.{shared}")
    return HttpResponseRedirect(f"{here.url('accounts')}?{query}")


@require_POST
@for_members()
def rename(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST `name` and, by support, `shared`, for a view that one may delete: then the list with it."""
    view = _view_of(here, id)
    is_shared = bool(request.POST.get("shared"))
    if not here.may_support:
        # Without the box there is nothing to tick: it stays as it is.
        is_shared = view.is_shared
    try:
        changed = change_view(view, name=request.POST.get("name", ""), is_shared=is_shared)
    except FlowraError as error:
        _tell(request, error, "Not renamed")
    else:
        whose = "Everybody in the project sees it." if changed.is_shared else "Nobody else sees it."
        messages.success(request, f"The view is called “{changed.name}”. {whose}")
    return HttpResponseRedirect(f"{here.url('accounts')}?{view.query}")


@require_POST
@for_members()
def delete(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST: one's own, or by an owner any that is shared."""
    view = _view_of(here, id)
    delete_view(view)
    messages.success(request, f"The view “{view.name}” is deleted. No account was changed.")
    return HttpResponseRedirect(here.url("accounts"))


def _view_of(here: Here, id: str) -> SavedView:
    """One that the person may change; raises NotFound, Forbidden."""
    number = int(id) if id.isascii() and id.isdecimal() and len(id) < 16 else 0
    view = next((each for each in views_for(here.project, here.user) if each.pk == number), None)
    if view is None:
        raise NotFound("There is no such view, or it is somebody else's own.", code="view_not_found")
    if not _may_change(here, view):
        raise Forbidden("A shared view is changed by who saved it, or by an owner of the project.")
    return view


def _refuse_sharing(here: Here) -> None:
    if not here.may_support:
        raise Forbidden(
            f"To share a view takes the role {Role.SUPPORT.label}; keep it for yourself instead.",
            code=ROLE_TOO_SMALL,
        )


def _tell(request: HttpRequest, error: FlowraError, undone: str) -> None:
    words = f"{undone}: {error.errors[0].message}." if error.errors else error.message
    messages.error(request, words)


def _may_change(here: Here, view: SavedView) -> bool:
    return view.user_id == here.user.pk or (view.is_shared and here.may_own)
