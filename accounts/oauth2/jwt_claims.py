"""Claims of an ID token that came straight from the token endpoint."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any


def unverified_claims(id_token: str) -> dict[str, Any]:
    """The claims, or nothing when it is no JWT.

    Read only from a token that the token endpoint itself sent over TLS, where the signature need not be checked
    (OpenID Connect Core 1.0, 3.1.3.7, step 6).
    """
    parts = id_token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
