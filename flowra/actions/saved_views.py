"""Saved views: a list's filters under a name, for oneself or for everybody in the project."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from flowra.errors import Conflict, InvalidInput
from flowra.models import Project, SavedView

LONGEST_NAME = 60
LONGEST_QUERY = 2_000
MOST_OWN = 50
MOST_SHOWN = 200


def save_view(project: Project, user: User, *, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keeps the query under the name; the person's view of that name takes the new query.

    Raises InvalidInput (`name`, `query`), Conflict for more than fifty of one person in a project.
    """
    name = _checked_name(name)
    if not query:
        raise InvalidInput.field("query", "nothing is filtered, so there is nothing to save")
    if len(query) > LONGEST_QUERY:
        raise InvalidInput.field("query", "these filters are too many to be saved; leave some out")
    with transaction.atomic():
        own = SavedView.objects.filter(project=project, user=user)
        if own.exclude(name=name).count() >= MOST_OWN:
            raise Conflict(f"Nobody has more than {MOST_OWN} views; delete one first.", code="too_many_views")
        view, _ = SavedView.objects.update_or_create(
            project=project, user=user, name=name, defaults={"query": query, "is_shared": is_shared}
        )
    return view


def change_view(view: SavedView, *, name: str, is_shared: bool) -> SavedView:
    """Calls it otherwise, or shares it with the project or no longer; its filters stay.

    Raises InvalidInput (`name`), Conflict where whose it is has another view of that name.
    """
    name = _checked_name(name)
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=name, is_shared=is_shared)
    except IntegrityError as error:
        raise Conflict(f"There is a view called “{name}” already.", code="view_name_taken") from error
    view.name, view.is_shared = name, is_shared
    return view


def delete_view(view: SavedView) -> None:
    """Forgets it; deleting it again does nothing."""
    SavedView.objects.filter(pk=view.pk).delete()


def views_for(project: Project, user: User) -> list[SavedView]:
    """The person's own in this project and those that are shared, by name; one query."""
    found = SavedView.objects.filter(Q(user=user) | Q(is_shared=True), project=project)
    return list(found.select_related("user").order_by("name", "pk")[:MOST_SHOWN])


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput.field("name", f"the name must have 1 to {LONGEST_NAME} characters")
    # A shared name stands among others' names: it must read as what it is.
    if not name.isprintable():
        raise InvalidInput.field("name", "the name has characters that cannot be seen")
    return name
