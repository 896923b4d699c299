"""Raw credentials leave the vault: for whom the auth config allows it, and never without a trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.actions.account_trail import record_account
from accounts.actions.usable_credential import UsableCredential, usable_credential
from accounts.last_used import note_use
from accounts.models import UseKind
from authconfigs.models.auth_config import RawCredentials
from authconfigs.schemes import scheme_named
from flowra.errors import Forbidden
from flowra.events.names import EventType
from flowra.events.record import Actor

# What renews a grant or tells who somebody is does not leave with what is used.
STAYS = ("refresh_token", "user_refresh_token", "id_token")


def read_credentials(
    account_id: str, *, of: Mapping[str, Any], actor: Actor, came_from: Mapping[str, str]
) -> dict[str, Any]:
    """What signs a request: `authScheme`, `headers`, `params`, the secrets by their names, `expiresAt`.

    It is on the trail, with who asked and from which address, before it is answered. Raises Forbidden
    (`raw_credentials_never`), and what `usable_credential` raises.
    """
    usable = usable_credential(account_id, of=of, actor=actor)
    refuse_raw(usable.held.auth_config__raw_credentials)
    shown = _shown(usable)
    record_account(
        EventType.CREDENTIALS_READ,
        project_id=usable.held.project_id,
        account_id=usable.account_id,
        actor=actor,
        data=came_from,
    )
    note_use(
        usable.account_id,
        usable.last_used_at,
        UseKind.CREDENTIALS.value,
        actor.name,
        owner_id=usable.held.external_user_id,
        of=of,
    )
    return shown


def refuse_raw(raw_credentials: str) -> None:
    """Raises Forbidden where the auth config says that raw credentials never leave."""
    if raw_credentials == RawCredentials.NEVER:
        raise Forbidden(
            "This auth config never lets raw credentials out. Call the service through the proxy or a tool.",
            code="raw_credentials_never",
        )


def _shown(usable: UsableCredential) -> dict[str, Any]:
    scheme = scheme_named(usable.auth_scheme)
    signature = usable.signature()
    asked = {field.name for field in scheme.account_fields(usable.toolkit)}
    secrets = {name: value for name, value in usable.secrets.items() if name not in STAYS}
    beside = {name: value for name, value in usable.values.items() if name in asked}
    return {
        "authScheme": scheme.name,
        "headers": {**usable.toolkit.request_headers, **signature.headers},
        "params": dict(signature.params),
        **{_camel(name): value for name, value in {**beside, **secrets}.items()},
        "expiresAt": usable.expires_at,
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
