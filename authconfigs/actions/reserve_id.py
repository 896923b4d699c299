"""An auth config's id before it is made: so that its redirect URI can be registered at the service first."""

from __future__ import annotations

from django.core import signing

from authconfigs.models import AuthConfig
from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.public_ids import is_id, new_id

_SALT = "flowra.auth_config_id"


def reserve_id(project: Project, toolkit_slug: str) -> str:
    """A fresh id, signed: it can be used for one auth config of this project and this toolkit, whenever that is made."""
    return signing.dumps([project.pk, toolkit_slug, new_id("ac")], salt=_SALT)


def reserved_id(token: str, project: Project, toolkit_slug: str) -> str:
    """The id in it. Raises InvalidInput for one that was not given out for this project and this toolkit."""
    try:
        kept = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        kept = None
    if not isinstance(kept, list) or kept[:2] != [project.pk, toolkit_slug] or not is_id("ac", str(kept[2])):
        raise InvalidInput("This address was not given out for this project. Begin the set-up anew.")
    return str(kept[2])


def redirect_uri_of(id: str) -> str:
    """The redirect URI that an auth config of this id has."""
    return AuthConfig(pk=id).redirect_uri
