"""`toolkits`: the catalogue and the project's own."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from django.http import HttpResponse

from authconfigs.actions.create_toolkit import create_toolkit
from authconfigs.actions.update_toolkit import delete_toolkit, set_toolkit_active, update_toolkit
from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import ProjectToolkit
from flowra.api.body import Body, read_body
from flowra.api.pages import chosen_fields, fields_parameter, page_answer, page_parameters, window_of
from flowra.api.query import Choice, Flag, Query, Text, Texts
from flowra.api.schema import Done, endpoint
from flowra.api.views import ApiRequest, ApiView, done, ok
from flowra.errors import Forbidden, NotFound
from flowra.models import Project
from flowra.near_match import near_match

from .present import TOOLKIT_FIELDS, present_global_toolkit, present_own_toolkit
from .shapes import ALL_CATEGORIES, ONE_TOOLKIT, TOOLKIT_PAGE, CreateToolkit, ToggleToolkit

TOOLKITS_QUERY = Query(
    Text("q", "Words to find in slug, name and description."),
    Text("category", "Only of this category.", narrows=True),
    Texts("slugs", description="Only these."),
    Flag(
        "requiresAuth",
        description="Only those that take a grant, a key or a password, or only those that don't.",
    ),
    Choice("scope", ("mine",), None, "Only the project's own."),
    Flag("authConfigCreatable", description="Only those that an auth config can be made for now."),
    *page_parameters(sort_by=("name", "slug", "createdAt"), sorted_by="name", order="asc"),
    fields_parameter(),
)


class Toolkits(ApiView):
    """What can be connected."""

    scopes: ClassVar = {"GET": "configs:read", "POST": "configs:write"}
    keyless: ClassVar = ("GET",)
    query: ClassVar = {"GET": TOOLKITS_QUERY}
    bodies: ClassVar = {"POST": CreateToolkit}

    @endpoint(answers=TOOLKIT_PAGE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of toolkits, the catalogue's and the project's own; without a key the catalogue's alone."""
        asked = request.query
        project = request.project if request.auth is not None else None
        window = window_of(asked)
        reduced = chosen_fields(asked["fields"], TOOLKIT_FIELDS)
        found = found_toolkits(project, asked)
        return page_answer(
            [reduced(each) for each in window.of(found)],
            total=len(found),
            window=window,
            message="Toolkits.",
        )

    @endpoint(answers=ONE_TOOLKIT, status=201, fails=(409, 413, 415, 502, 504))
    def post(self, request: ApiRequest) -> HttpResponse:
        """Adds a toolkit of the project's own; with `oauth2.issuer` its endpoints are discovered."""
        own = create_toolkit(request.project, read_body(request, CreateToolkit), actor=request.actor)
        return ok(present_own_toolkit(own), "Toolkit created.", status=201)


class ToolkitCategories(ApiView):
    """Which kinds of services there are."""

    scopes: ClassVar = {"GET": "configs:read"}

    @endpoint(answers=ALL_CATEGORIES)
    def get(self, request: ApiRequest) -> HttpResponse:
        """The categories of all toolkits that the project sees."""
        counted = Counter(category for each in _all(request.project) for category in each["categories"])
        return ok(
            [
                {"slug": slug, "name": slug.replace("-", " ").capitalize(), "toolkitCount": counted[slug]}
                for slug in sorted(counted)
            ],
            "Categories.",
        )


class OneToolkit(ApiView):
    """One toolkit, by its id or its slug."""

    scopes: ClassVar = {"GET": "configs:read", "PATCH": "configs:write", "DELETE": "configs:write"}
    bodies: ClassVar = {"PATCH": CreateToolkit}

    @endpoint(answers=ONE_TOOLKIT, fails=(404,))
    def get(self, request: ApiRequest, id: str) -> HttpResponse:
        """The toolkit."""
        own = own_toolkit(request.project, id)
        if own is not None:
            return ok(present_own_toolkit(own), "Toolkit.")
        if id not in all_toolkits():
            raise _unknown(id)
        return ok(present_global_toolkit(id), "Toolkit.")

    @endpoint(answers=ONE_TOOLKIT, fails=(404, 409, 413, 415, 502, 504))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Changes the project's own toolkit; `oauth2` replaces the old one whole. The slug cannot change."""
        own = _to_change(request.project, id)
        changes = read_body(request, CreateToolkit, partial=True)
        return ok(present_own_toolkit(update_toolkit(own, changes, actor=request.actor)), "Toolkit changed.")

    @endpoint(answers=Done, fails=(404, 409))
    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Deletes the project's own toolkit, unless auth configs use it."""
        delete_toolkit(_to_change(request.project, id), actor=request.actor)
        return done("Toolkit deleted.")


class ToolkitStatus(ApiView):
    """The switch of a project's own toolkit."""

    scopes: ClassVar = {"PATCH": "configs:write"}
    bodies: ClassVar = {"PATCH": ToggleToolkit}

    @endpoint(answers=ONE_TOOLKIT, fails=(404, 413, 415))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Switches it as the body says; without a body, turns it round."""
        body: type[Body] = ToggleToolkit
        wanted = read_body(request, body).get("isActive")
        own = set_toolkit_active(_to_change(request.project, id), wanted, actor=request.actor)
        return ok(present_own_toolkit(own), f"Toolkit switched {'on' if own.is_active else 'off'}.")


def found_toolkits(project: Project | None, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """All toolkits that TOOLKITS_QUERY's values ask for, in their order."""
    found = [each for each in _all(project, mine=asked["scope"] == "mine") if _is_asked(each, asked)]
    found.sort(key=lambda each: each["slug"])
    found.sort(key=lambda each: _order(each, asked["sortBy"]), reverse=asked["sortOrder"] == "desc")
    return found


def own_toolkit(project: Project, id_or_slug: str) -> ProjectToolkit | None:
    """The project's own toolkit of that id or slug."""
    if len(id_or_slug) > 50 or not id_or_slug.isprintable():
        return None
    owned = ProjectToolkit.objects.filter(project_id=project.pk)
    return owned.filter(pk=id_or_slug).first() or owned.filter(slug=id_or_slug).first()


def _to_change(project: Project, id: str) -> ProjectToolkit:
    own = own_toolkit(project, id)
    if own is not None:
        return own
    if id in all_toolkits():
        raise Forbidden("This toolkit is the catalogue's and cannot be changed; make one of your own.")
    raise _unknown(id)


def _unknown(id: str) -> NotFound:
    hint = near_match(id, all_toolkits(), or_all=False) if id.isprintable() else ""
    return NotFound(f"There is no such toolkit.{hint}", code="toolkit_not_found")


def _all(project: Project | None, *, mine: bool = False) -> list[dict[str, Any]]:
    own = ProjectToolkit.objects.filter(project_id=project.pk) if project is not None else ()
    found = [present_own_toolkit(each) for each in own]
    taken = {each["slug"] for each in found}
    if not mine:
        found += [present_global_toolkit(slug) for slug in all_toolkits() if slug not in taken]
    return found


def _is_asked(toolkit: dict[str, Any], asked: dict[str, Any]) -> bool:
    words = asked["q"].lower().split()
    text = f"{toolkit['slug']} {toolkit['name']} {toolkit['description']}".lower()
    return (
        all(word in text for word in words)
        and (not asked["category"] or asked["category"].lower() in map(str.lower, toolkit["categories"]))
        and (asked["slugs"] is None or toolkit["slug"] in asked["slugs"])
        and asked["requiresAuth"] in (None, toolkit["requiresAuth"])
        and asked["authConfigCreatable"] in (None, toolkit["isActive"])
    )


def _order(toolkit: dict[str, Any], sort_by: str) -> str:
    if sort_by == "createdAt":
        return toolkit["createdAt"] or ""
    return str(toolkit[sort_by]).lower()
