"""`auth_configs`: how the app is registered at services."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse

from authconfigs.actions.check_auth_config import check_auth_config
from authconfigs.actions.create_auth_config import create_auth_config
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.actions.update_auth_config import update_auth_config
from authconfigs.models import AuthConfig
from flowra.api.body import read_body
from flowra.api.keyset import KeysetPagination
from flowra.api.pages import Window, chosen_fields, fields_parameter, page_answer, page_parameters, window_of
from flowra.api.query import Flag, Query, Text, Texts
from flowra.api.schema import Done, endpoint
from flowra.api.views import ApiRequest, ApiView, done, ok
from flowra.errors import InvalidInput, NotFound
from flowra.models import Project

from .filters import filtered
from .present import AUTH_CONFIG_FIELDS, present_auth_config, present_auth_configs
from .shapes import (
    AUTH_CONFIG_PAGE,
    AUTH_CONFIG_TEST,
    ONE_AUTH_CONFIG,
    ChangeAuthConfig,
    CreateAuthConfig,
)

SORTS = {
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "name": "name",
    "displayName": "display_name",
    "toolkitSlug": "toolkit_slug",
}
TIMES = ("createdAt", "updatedAt")
AUTH_CONFIGS_QUERY = Query(
    Text("q", "Words to find in name, display name and toolkit."),
    Text("search", "The same as `q`; both together must be found."),
    Texts("toolkitSlug", description="Of these toolkits."),
    Flag("showDisabled", False, "Also those that are switched off."),
    Text("provider", "`managed` or `custom`: whose client it is; else a toolkit's slug.", narrows=True),
    *page_parameters(sort_by=tuple(SORTS), sorted_by="createdAt"),
    Text("cursor", "Where the page before ended: its `nextCursor`. In place of `page` and `offset`.", 300),
    fields_parameter(),
)
DELETE_QUERY = Query(Flag("force", False, "Also when accounts use it: all of them are revoked."))


class AuthConfigs(ApiView):
    """The project's auth configs."""

    scopes: ClassVar = {"GET": "configs:read", "POST": "configs:write"}
    query: ClassVar = {"GET": AUTH_CONFIGS_QUERY}
    bodies: ClassVar = {"POST": CreateAuthConfig}

    @endpoint(answers=AUTH_CONFIG_PAGE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of auth configs, numbered or after a cursor."""
        asked = request.query
        window = window_of(asked)
        reduced = chosen_fields(asked["fields"], AUTH_CONFIG_FIELDS)
        found = filtered(AuthConfig.live.filter(project_id=request.project.pk), asked)
        total = found.count()
        descending = asked["sortOrder"] == "desc"
        next_cursor = None
        if asked["sortBy"] in TIMES:
            if asked["cursor"] and window.offset:
                raise InvalidInput.field("cursor", "takes the place of page and offset: send one of them")
            pages = _pages(request, window, descending=descending)
            rows = pages.paginate_queryset(found)
            next_cursor = pages.next_cursor
            if asked["cursor"]:
                window = Window((pages.page - 1) * window.limit, window.limit)
        else:
            if asked["cursor"]:
                raise InvalidInput.field("cursor", "goes with sortBy createdAt or updatedAt")
            sign = "-" if descending else ""
            rows = window.of(found.order_by(f"{sign}{SORTS[asked['sortBy']]}", f"{sign}id"))
        return page_answer(
            [reduced(each) for each in present_auth_configs(request.project, rows)],
            total=total,
            window=window,
            message="Auth configs.",
            nextCursor=next_cursor,
        )

    @endpoint(answers=ONE_AUTH_CONFIG, status=201, fails=(409, 413, 415))
    def post(self, request: ApiRequest) -> HttpResponse:
        """Registers the app's client of a service, or says that people's keys are taken there."""
        body = read_body(request, CreateAuthConfig)
        given = body["authConfig"]
        auth_config = create_auth_config(
            request.project,
            toolkit_slug=body["toolkit"]["slug"],
            actor=request.actor,
            type=given["type"],
            auth_scheme=given.get("authScheme"),
            display_name=given.get("displayName") or "",
            credentials=given.get("credentials"),
            restrict_to_following_tools=given.get("restrictToFollowingTools", ()),
            proxy_url=_proxy_url(given) or "",
            raw_credentials=given.get("rawCredentials", "scope"),
        )
        return ok(present_auth_config(request.project, auth_config), "Auth config created.", status=201)


class OneAuthConfig(ApiView):
    """One auth config."""

    scopes: ClassVar = {"GET": "configs:read", "PATCH": "configs:write", "DELETE": "configs:write"}
    query: ClassVar = {"DELETE": DELETE_QUERY}
    bodies: ClassVar = {"PATCH": ChangeAuthConfig}

    @endpoint(answers=ONE_AUTH_CONFIG, fails=(404,))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """The auth config, its secrets masked."""
        return ok(present_auth_config(request.project, auth_config_of(request.project, id)), "Auth config.")

    @endpoint(answers=ONE_AUTH_CONFIG, fails=(404, 409, 413, 415))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Changes it; `isDisabled` stops all use and all links under it at once."""
        auth_config = auth_config_of(request.project, id)
        given = read_body(request, ChangeAuthConfig)
        auth_config = update_auth_config(
            auth_config,
            request.actor,
            display_name=(given["displayName"] or "") if "displayName" in given else None,
            is_disabled=given.get("isDisabled"),
            credentials=given.get("credentials"),
            restrict_to_following_tools=given.get("restrictToFollowingTools"),
            proxy_url=_proxy_url(given),
            raw_credentials=given.get("rawCredentials"),
        )
        return ok(present_auth_config(request.project, auth_config), "Auth config changed.")

    @endpoint(answers=Done, fails=(404, 409))
    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Deletes it; while accounts use it, only with `force`, which revokes them all."""
        revoked = delete_auth_config(
            auth_config_of(request.project, id), request.actor, force=request.query["force"]
        )
        return done(
            "Auth config deleted." if not revoked else f"Auth config deleted, and {revoked} accounts revoked."
        )


class TryAuthConfig(ApiView):
    """Trying an auth config without anybody's grant."""

    scopes: ClassVar = {"POST": "configs:write"}

    @endpoint(answers=AUTH_CONFIG_TEST, fails=(404, 409))
    def post(self, request: ApiRequest, id: str) -> HttpResponse:
        """Whether the service's endpoints answer and, where it lets one tell, whether it knows the client."""
        checks = check_auth_config(auth_config_of(request.project, id))
        good = all(check.outcome != "failed" for check in checks)
        return ok(
            {
                "ok": good,
                "checks": [
                    {
                        "name": check.name,
                        "outcome": check.outcome,
                        "message": check.message,
                        "providerError": check.provider_error,
                    }
                    for check in checks
                ],
            },
            "Nothing failed." if good else "Something failed.",
        )


def auth_config_of(project: Project, id: str) -> AuthConfig:
    """The project's auth config of that id; raises NotFound."""
    found = None
    if id.isascii() and id.isprintable():
        found = AuthConfig.live.filter(project_id=project.pk, pk=id).first()
    if found is None:
        raise NotFound("There is no such auth config in this project.", code="auth_config_not_found")
    found.project = project
    return found


def _proxy_url(given: dict[str, Any]) -> str | None:
    if "proxyConfig" not in given:
        return None
    return (given["proxyConfig"] or {}).get("proxyUrl") or ""


def _pages(request: ApiRequest, window: Window, *, descending: bool) -> KeysetPagination:
    asked = request.query
    column = SORTS[asked["sortBy"]]

    def key_of(row: AuthConfig) -> tuple[datetime, str]:
        return (row.created_at if column == "created_at" else row.updated_at), row.pk

    return KeysetPagination(
        column=column,
        descending=descending,
        limit=window.limit,
        cursor=asked["cursor"],
        query=[
            request.project.pk,
            *(asked[name] for name in ("q", "search", "toolkitSlug", "showDisabled", "provider")),
        ],
        key_of=key_of,
        page=window.page,
        offset=window.offset,
    )
