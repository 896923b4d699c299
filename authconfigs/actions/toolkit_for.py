"""Which toolkit a slug means in a project: its own first, else the catalogue's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from authconfigs.catalogue.definition import toolkit_from_definition
from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import ProjectToolkit
from flowra import prepared
from flowra.errors import InvalidInput, NotFound
from flowra.models import Project

MAX_SLUG = 50
MAX_KEPT = 1000
_READ: dict[str, tuple[dict[str, Any], Toolkit]] = {}
_AS_OF: dict[str, tuple[str, Toolkit]] = {}


def toolkit_for(project: Project, slug: str) -> Toolkit:
    """The toolkit of that slug, a switched-off one of the project's too: what is connected must still be revoked.

    Raises InvalidInput (field `toolkit.slug`) for what can be no slug, NotFound for one that nobody has.
    """
    if not slug or len(slug) > MAX_SLUG or not slug.isascii() or not slug.isprintable():
        raise InvalidInput.field("toolkit.slug", "must be a toolkit's slug, like slack")
    found = toolkits_for(project, [slug]).get(slug)
    if found is None:
        raise NotFound(
            f"There is no toolkit {slug}. GET /api/v1/toolkits lists them.", code="toolkit_not_found"
        )
    return found


def toolkit_as_of(own_id: str, changed: str) -> Toolkit:
    """A project's own toolkit by its id, as it was when it was last `changed`: read once for each change of it.

    Raises NotFound when it was deleted just now.
    """
    kept = _AS_OF.get(own_id)
    if kept is not None and kept[0] == changed:
        return kept[1]
    own = ProjectToolkit.objects.filter(pk=own_id).first()
    if own is None:
        raise NotFound("This toolkit was deleted.", code="toolkit_not_found")
    toolkit = read_own(own)
    if len(_AS_OF) >= MAX_KEPT:
        _AS_OF.clear()
    _AS_OF[own_id] = (changed, toolkit)
    return toolkit


def toolkits_for(project: Project, slugs: Collection[str]) -> dict[str, Toolkit]:
    """The toolkits of these slugs, those that nobody has left out; one query."""
    catalogue = all_toolkits()
    found = {slug: catalogue[slug] for slug in slugs if slug in catalogue}
    if slugs:
        for own in prepared.objects("own toolkits", _own, {"project": project.pk, "slugs": sorted(slugs)}):
            found[own.slug] = read_own(own)
    return found


def _own(values: prepared.Values) -> QuerySet[ProjectToolkit]:
    slugs = values["slugs"]
    assert isinstance(slugs, list)
    return ProjectToolkit.objects.filter(project_id=values["project"], slug__in=slugs)


def read_own(own: ProjectToolkit) -> Toolkit:
    """A project's own toolkit as the same dataclass as the catalogue's; read once for each change of it."""
    kept = _READ.get(own.pk)
    if kept is not None and kept[0] == own.definition:
        return kept[1]
    toolkit = toolkit_from_definition(own.definition, id=own.pk)
    if len(_READ) >= MAX_KEPT:
        _READ.clear()
    _READ[own.pk] = (own.definition, toolkit)
    return toolkit
