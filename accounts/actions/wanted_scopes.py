"""Which scopes a link asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from accounts.models import ConnectedAccount
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from flowra.errors import InvalidInput

# RFC 6749, 3.3: a scope token is printable ASCII without space, quote and backslash. A comma separates at some services.
SCOPE_TOKEN = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,300}")
MAX_SCOPES = 200


def wanted_scopes(
    auth_config: AuthConfig,
    toolkit: Toolkit,
    existing: ConnectedAccount | None,
    scopes: Sequence[str] | None,
) -> list[str]:
    """What to ask for, without the auth config's user scopes: those are always asked for beside them.

    Raises InvalidInput naming `scopes`.
    """
    for scope in scopes or ():
        if not SCOPE_TOKEN.fullmatch(scope):
            raise InvalidInput.field("scopes", "each must be one scope, printable, without spaces or commas")
    if len(scopes or ()) > MAX_SCOPES:
        raise InvalidInput.field("scopes", f"may be at most {MAX_SCOPES}")
    defaults = toolkit.oauth2.default_scopes if toolkit.oauth2 else ()
    configured = list(auth_config.settings.get("scopes", defaults))
    if existing is None:
        return list(dict.fromkeys(scopes or configured))
    held = existing.scopes_requested if existing.scopes_granted is None else existing.scopes_granted
    user_scopes = set(auth_config.settings.get("user_scopes", ()))
    kept = [scope for scope in held or configured if scope not in user_scopes]
    return list(dict.fromkeys([*kept, *(scopes or ())]))
