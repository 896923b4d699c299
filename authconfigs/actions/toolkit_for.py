"""The toolkit behind a slug: the project's own, else the catalogue's."""

from __future__ import annotations

from authconfigs.catalogue.definition import toolkit_from_definition
from authconfigs.catalogue.load import toolkit_named
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import ProjectToolkit
from flowra.errors import InvalidInput
from flowra.models import Project


def toolkit_for(project: Project, slug: str) -> Toolkit:
    """Raises InvalidInput naming `toolkit.slug` for one that neither has. A project cannot take a catalogue's slug."""
    known = toolkit_named(slug)
    if known is not None:
        return known
    own = ProjectToolkit.objects.filter(project=project, slug=slug).first()
    if own is None:
        raise InvalidInput.field("toolkit.slug", f"There is no toolkit {slug[:50]}.")
    return toolkit_from_definition(own.definition, id=own.pk)
