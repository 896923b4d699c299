"""`tools`: the catalogue's and the project's own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse

from authconfigs.actions.create_tool import create_tool
from authconfigs.actions.tools_for import is_allowed, no_such_tool, read_own_tool, tool_for, tools_for
from authconfigs.actions.update_tool import delete_tool, set_tool_active, update_tool
from authconfigs.catalogue.load_tools import all_tools
from authconfigs.catalogue.tool import Tool
from authconfigs.models import AuthConfig, ProjectTool
from flowra.api.body import Body, read_body
from flowra.api.pages import chosen_fields, fields_parameter, page_answer, page_parameters, window_of
from flowra.api.query import Flag, Query, Text, Texts
from flowra.api.schema import Done, endpoint
from flowra.api.views import ApiRequest, ApiView, done, ok
from flowra.errors import Forbidden
from flowra.models import Project

from .present_tool import TOOL_FIELDS, present_tool, present_tools
from .tool_shapes import ONE_TOOL, TOOL_PAGE, CreateTool, ToggleTool

TOOLS_QUERY = Query(
    Text("q", "Words to find in slug, name, description and tags."),
    Texts("toolkitSlug", description="Of these toolkits."),
    Texts("toolSlugs", description="Only these, in any case."),
    Texts("tags", description="Those that have one of these tags."),
    Flag("important", description="Only those that most apps need, or only the others."),
    Flag("isActive", description="Only those that can be executed, or only those that are switched off."),
    Texts("authConfigIds", description="Only those that one of these auth configs allows."),
    *page_parameters(sort_by=("slug", "name", "toolkitSlug", "important"), sorted_by="slug", order="asc"),
    fields_parameter(),
)


class Tools(ApiView):
    """What can be done through an account."""

    scopes: ClassVar = {"GET": "configs:read", "POST": "configs:write"}
    query: ClassVar = {"GET": TOOLS_QUERY}
    bodies: ClassVar = {"POST": CreateTool}

    @endpoint(answers=TOOL_PAGE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of tools, the catalogue's and the project's own."""
        asked = request.query
        window = window_of(asked)
        reduced = chosen_fields(asked["fields"], TOOL_FIELDS)
        found = [
            each
            for each in tools_for(request.project, toolkit_slugs=asked["toolkitSlug"])
            if _is_asked(each, asked)
        ]
        if asked["authConfigIds"] is not None:
            found = _allowed(request.project, found, asked["authConfigIds"])
        found.sort(key=lambda each: each.slug)
        found.sort(key=lambda each: _order(each, asked["sortBy"]), reverse=asked["sortOrder"] == "desc")
        return page_answer(
            [reduced(each) for each in present_tools(request.project, window.of(found))],
            total=len(found),
            window=window,
            message="Tools.",
        )

    @endpoint(answers=ONE_TOOL, status=201, fails=(409, 413, 415))
    def post(self, request: ApiRequest) -> HttpResponse:
        """Adds a tool of the project's own."""
        own = create_tool(request.project, read_body(request, CreateTool), actor=request.actor)
        return ok(present_tool(request.project, read_own_tool(own)), "Tool created.", status=201)


class OneTool(ApiView):
    """One tool, by its id or its slug."""

    scopes: ClassVar = {"GET": "configs:read", "PATCH": "configs:write", "DELETE": "configs:write"}
    bodies: ClassVar = {"PATCH": CreateTool}

    @endpoint(answers=ONE_TOOL, fails=(404,))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """The tool."""
        own = own_tool(request.project, id)
        tool = read_own_tool(own) if own is not None else tool_for(request.project, id)
        return ok(present_tool(request.project, tool), "Tool.")

    @endpoint(answers=ONE_TOOL, fails=(404, 409, 413, 415))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Changes the project's own tool; `inputSchema`, `request` and `answer` replace the old ones whole.

        Slug and toolkit cannot change.
        """
        own = _to_change(request.project, id)
        changes = read_body(request, CreateTool, partial=True)
        own = update_tool(own, changes, actor=request.actor)
        return ok(present_tool(request.project, read_own_tool(own)), "Tool changed.")

    @endpoint(answers=Done, fails=(404,))
    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Deletes the project's own tool; what it did stays in the logs."""
        delete_tool(_to_change(request.project, id), actor=request.actor)
        return done("Tool deleted.")


class ToolStatus(ApiView):
    """The switch of a project's own tool."""

    scopes: ClassVar = {"PATCH": "configs:write"}
    bodies: ClassVar = {"PATCH": ToggleTool}

    @endpoint(answers=ONE_TOOL, fails=(404, 413, 415))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Switches it as the body says; without a body, turns it round."""
        body: type[Body] = ToggleTool
        wanted = read_body(request, body).get("isActive")
        own = set_tool_active(_to_change(request.project, id), wanted, actor=request.actor)
        told = present_tool(request.project, read_own_tool(own))
        return ok(told, f"Tool switched {'on' if own.is_active else 'off'}.")


def own_tool(project: Project, id_or_slug: str) -> ProjectTool | None:
    """The project's own tool of that id, or of that slug in any case."""
    if len(id_or_slug) > 100 or not id_or_slug.isascii() or not id_or_slug.isprintable():
        return None
    owned = ProjectTool.objects.filter(project_id=project.pk)
    found = owned.filter(pk=id_or_slug).first() or owned.filter(slug=id_or_slug.upper()).first()
    if found is not None:
        found.project = project
    return found


def _to_change(project: Project, id: str) -> ProjectTool:
    own = own_tool(project, id)
    if own is not None:
        return own
    if all_tools().named(id.upper()) is not None:
        raise Forbidden("This tool is the catalogue's and cannot be changed; make one of your own.")
    raise no_such_tool(project, id.upper())


def _allowed(project: Project, tools: list[Tool], ids: list[str]) -> list[Tool]:
    """Those that one of these auth configs allows; one that is switched off, or that is not there, allows nothing."""
    auth_configs = list(AuthConfig.live.filter(project_id=project.pk, pk__in=ids, is_disabled=False))
    return [tool for tool in tools if any(is_allowed(each, tool) for each in auth_configs)]


def _is_asked(tool: Tool, asked: dict[str, Any]) -> bool:
    words = asked["q"].lower().split()
    text = f"{tool.slug} {tool.slug.replace('_', ' ')} {tool.name} {tool.description} {' '.join(tool.tags)}".lower()
    return (
        all(word in text for word in words)
        and (asked["toolSlugs"] is None or tool.slug in map(str.upper, asked["toolSlugs"]))
        and (
            asked["tags"] is None
            or not set(map(str.lower, asked["tags"])).isdisjoint(map(str.lower, tool.tags))
        )
        and asked["important"] in (None, tool.important)
        and asked["isActive"] in (None, tool.is_active)
    )


def _order(tool: Tool, sort_by: str) -> Any:
    if sort_by == "toolkitSlug":
        return tool.toolkit
    return tool.name.lower() if sort_by == "name" else getattr(tool, sort_by)
