"""`external-users`: the app's own users, as Flowra knows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Count, F, QuerySet
from django.http import HttpResponse

from accounts.actions.external_users import create_external_user, toggle_external_user
from accounts.api.acting import acting_user
from accounts.api.shapes import ONE_USER, USER_OR_NONE, USER_PAGE
from accounts.models import ConnectedAccount, ExternalUser
from flowra.api.body import Body, TextField, read_body
from flowra.api.pages import page_answer, page_parameters, window_of
from flowra.api.query import Flag, Query, Text
from flowra.api.rendering import instant
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView, ok
from flowra.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    Users = QuerySet[ExternalUser, Any]

SORTS = {"createdAt": "created_at", "name": "name", "lastSeenAt": "last_seen_at"}
USERS_QUERY = Query(
    Text("q", "Words to find in the name."),
    Flag("isActive"),
    *page_parameters(sort_by=tuple(SORTS), sorted_by="createdAt"),
)


class CreateExternalUser(Body):
    """The app's own name for the user."""

    name = TextField(trim_whitespace=False)


class ExternalUsers(ApiView):
    """With `x-username`, that user alone."""

    scopes: ClassVar = {"GET": "accounts:read", "POST": "accounts:write"}
    query: ClassVar = {"GET": USERS_QUERY}
    bodies: ClassVar = {"POST": CreateExternalUser}

    @endpoint(answers=USER_PAGE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of users; raises InvalidInput naming the parameter."""
        values = request.query
        window = window_of(values)
        users = _seen_by(request)
        if values["q"]:
            users = users.filter(name__icontains=values["q"])
        if values["isActive"] is not None:
            users = users.filter(is_active=values["isActive"])
        users = users.order_by(*_order(values["sortBy"], descending=values["sortOrder"] == "desc"))
        return page_answer(
            present_users(window.of(users)),
            total=users.count(),
            window=window,
            message="The project's users.",
        )

    @endpoint(answers=ONE_USER, status=(201, 200), fails=(413, 415))
    def post(self, request: ApiRequest) -> HttpResponse:
        """The user of that name, made unless there; raises InvalidInput (`name`)."""
        acting = acting_user(request)
        name = read_body(request, CreateExternalUser)["name"]
        if acting is not None and name != acting.name:
            raise InvalidInput.field(
                "name", "must agree with x-username: leave that header out to make other users"
            )
        user, is_new = create_external_user(request.project, name, request.actor)
        return ok(
            present_users([user])[0],
            "User created." if is_new else "There was such a user already.",
            status=201 if is_new else 200,
        )


class ExternalUserByName(ApiView):
    """One user by the app's own name."""

    scopes: ClassVar = {"GET": "accounts:read"}

    @endpoint(answers=USER_OR_NONE)
    def get(self, request: ApiRequest, username: str) -> HttpResponse:
        """`data` is null for a name that was never used."""
        user = _seen_by(request).filter(name=username).first()
        if user is None:
            return ok(None, "There is no such user.")
        return ok(present_users([user])[0], "The user.")


class ToggleExternalUser(ApiView):
    """Active to inactive and back."""

    scopes: ClassVar = {"PUT": "accounts:write"}

    @endpoint(answers=ONE_USER, fails=(404, 409))
    def put(self, request: ApiRequest, id: str) -> HttpResponse:
        """The user as it is then; raises NotFound, Conflict for the default user."""
        if not _seen_by(request).filter(pk=id).exists():
            raise NotFound("There is no such user in this project.", code="user_not_found")
        user = toggle_external_user(request.project, id, request.actor)
        return ok(
            present_users([user])[0],
            "The user is active again."
            if user.is_active
            else "The user is inactive: nobody can act as them.",
        )


def present_users(users: Iterable[ExternalUser]) -> list[dict[str, Any]]:
    """Users as the contract shows them, with how many live accounts each has: one query besides theirs."""
    found = list(users)
    counts = dict(
        ConnectedAccount.live.filter(external_user_id__in=[user.pk for user in found])
        .values_list("external_user_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return [
        {
            "id": user.pk,
            "name": user.name,
            "projectId": user.project_id,
            "isActive": user.is_active,
            "connectionCount": counts.get(user.pk, 0),
            "createdAt": instant(user.created_at),
            "lastSeenAt": instant(user.last_seen_at),
        }
        for user in found
    ]


def _seen_by(request: ApiRequest) -> Users:
    acting = acting_user(request)
    users = ExternalUser.objects.filter(project_id=request.key.project_id)
    return users if acting is None else users.filter(pk=acting.pk)


def _order(sort_by: str, *, descending: bool) -> tuple[Any, ...]:
    column = F(SORTS[sort_by])
    first = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
    return first, "-id" if descending else "id"
