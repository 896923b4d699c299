"""The tokens of invitations: made from the invitation's id and the installation's secret, and so kept nowhere.

Whoever mails an invitation makes its token anew; the row has a hash alone, by which a token is looked up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings

from flowra.models import Invitation


def token_of(invitation_id: str) -> str:
    """43 characters that can stand in a URL; 256 bits that only this installation can make."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"flowra.invitation", hashlib.sha256)
    made = hmac.digest(key, invitation_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def hash_of(token: str) -> str:
    """SHA-256 in hex: 256 bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).hexdigest()


def url_of(invitation: Invitation) -> str | None:
    """The link to send; None where the installation's secret has changed since: the old links are not good any more."""
    token = token_of(invitation.pk)
    if not hmac.compare_digest(hash_of(token), invitation.token_hash):
        return None
    return f"{settings.FLOWRA_PUBLIC_URL}/dashboard/join/{token}"
