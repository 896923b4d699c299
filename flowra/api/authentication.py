"""Who is calling: a project's key, in `x-api-key` or as a bearer token (RFC 6750, 2.1)."""

from __future__ import annotations

import re

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from flowra import prepared
from flowra.errors import InvalidInput, Unauthenticated
from flowra.models import ApiKey
from flowra.models.api_key import hash_of, is_well_formed

from .inside_call import inside_call_of
from .last_used import KEYS

NAME = re.compile(r"[A-Za-z0-9._@-]{1,255}")
_ANYBODY = AnonymousUser()


class ApiKeyAuthentication(BaseAuthentication):
    """One query, for the key and its project together; none for a text that has not the form of a key."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        """The key as DRF's `request.auth`, None where none was sent; raises Unauthenticated for one that is no good."""
        inside = inside_call_of(request._request)
        if inside is not None:
            return _ANYBODY, inside.key
        text = key_text(request._request)
        if text is None:
            return None
        key = key_of(text)
        KEYS.note(key.pk, key.last_used_at)
        return _ANYBODY, key


def key_text(request: HttpRequest) -> str | None:
    """The key as it was sent, or None. `x-api-key` is read first; the two must not differ."""
    plain = request.META.get("HTTP_X_API_KEY", "").strip()
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    if plain and bearer and plain != bearer:
        raise Unauthenticated("x-api-key and Authorization hold different keys; send one.")
    return plain or bearer or None


def key_of(text: str) -> ApiKey:
    """The key with its project; raises Unauthenticated, saying whether it is unknown, revoked or has run out."""
    if not is_well_formed(text):
        raise Unauthenticated("This is no API key of Flowra's: they begin with flw_live_ or flw_test_.")
    key = prepared.first("key", _with_project, {"hash": hash_of(text)})
    if key is None:
        raise Unauthenticated("This API key is unknown.")
    if not key.is_usable:
        raise Unauthenticated(f"This API key {'was revoked' if key.revoked_at else 'has run out'}.")
    return key


def _with_project(values: prepared.Values) -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("project").defer("project__logo").filter(key_hash=values["hash"])


def acting_as_name(request: HttpRequest) -> str | None:
    """The external user that `x-username` names, None without it; raises InvalidInput for a name that cannot be one.

    Whose user that is, and whether it may be acted as, is an upper floor's business.
    """
    name: str | None = request.META.get("HTTP_X_USERNAME")
    if name is None:
        return None
    if not NAME.fullmatch(name):
        raise InvalidInput.field("x-username", "must be 1 to 255 letters, digits, or . _ @ -")
    return name
