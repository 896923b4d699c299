"""An account with its credential and its toolkit, as one row: what every use of an account begins with.

Making objects of the four tables would cost more than reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.actions.sharing import of_user
from accounts.models import ConnectedAccount, Credential
from accounts.service_call import values_from
from authconfigs.actions.toolkit_for import toolkit_as_of, toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import ProjectToolkit
from flowra import prepared
from flowra.encryption import Ciphertext, SealedJSONField
from flowra.models import Project

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

MAX_KEPT = 1_000
_CONNECTION_DATA: Any = ConnectedAccount._meta.get_field("connection_data")
_SECRETS = Credential._meta.get_field("secrets")
assert isinstance(_SECRETS, SealedJSONField)


class Held(NamedTuple):
    """As the database gives it: JSON as text, secrets and `connection_data` as ciphertexts, times as they come.

    `version` is None where there is no credential; `own_toolkit` and `own_changed` where the toolkit is the catalogue's.
    """

    id: str
    project_id: str
    external_user_id: str
    toolkit_slug: str
    status: str
    status_message: str
    is_disabled: bool | int
    expires_at: Any
    last_used_at: Any
    connection_data: str
    auth_config_id: str
    auth_config__auth_scheme: str
    auth_config__is_disabled: bool | int
    auth_config__raw_credentials: str
    auth_config__settings: str
    auth_config__proxy_url: str
    credential__secrets: str | None
    credential__version: int | None
    credential__issued_at: Any
    own_toolkit: str | None
    own_changed: Any

    def secrets(self) -> dict[str, str]:
        """The opened secrets; empty where there are none."""
        if self.credential__secrets is None:
            return {}
        return _SECRETS.open(self.id, Ciphertext(self.credential__secrets))

    def values(self, toolkit: Toolkit) -> dict[str, str]:
        """What fills the templates in the toolkit's URLs."""
        return values_from(_parsed(self.auth_config__settings), toolkit, _opened(self.connection_data))

    def toolkit(self) -> Toolkit:
        """The toolkit; raises NotFound for one that nobody has any more."""
        if self.own_toolkit is None:
            return toolkit_for(Project(pk=self.project_id), self.toolkit_slug)
        return toolkit_as_of(self.own_toolkit, str(self.own_changed))

    @property
    def runs_out_at(self) -> datetime | None:
        """When the access token runs out."""
        return moment_of(self.expires_at)


def read_held(account_id: str, of: Mapping[str, Any] | None) -> Held | None:
    """The live account of that id, if it is `of` that project and user (or shared with them), where those are named."""
    found = prepared.rows("account held", _held, {**(of or {}), "id": account_id})
    return Held._make(found[0]) if found else None


def moment_of(stored: datetime | str | None) -> datetime | None:
    """The time, aware: SQLite's are in UTC and do not say so."""
    if stored is None:
        return None
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _held(values: prepared.Values) -> Accounts:
    accounts = ConnectedAccount.live.filter(pk=values["id"])
    if "project" in values:
        accounts = accounts.filter(project_id=values["project"])
    if "user" in values:
        accounts = accounts.filter(of_user(values))
    own = ProjectToolkit.objects.filter(project_id=OuterRef("project_id"), slug=OuterRef("toolkit_slug"))
    accounts = accounts.annotate(
        own_toolkit=Subquery(own.values("pk")[:1]), own_changed=Subquery(own.values("updated_at")[:1])
    )
    return accounts.values_list(*Held._fields)


@lru_cache(maxsize=MAX_KEPT)
def _parsed(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads(text)
    return parsed


@lru_cache(maxsize=MAX_KEPT)
def _opened(connection_data: str) -> dict[str, Any]:
    data: dict[str, Any] = _CONNECTION_DATA.from_db_value(connection_data)
    return data
