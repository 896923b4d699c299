"""`POST portal_sessions`: one of the app's users' own page of connections."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from accounts.actions.start_portal_session import (
    DEFAULT_SECONDS,
    MAX_SECONDS,
    no_person,
    start_portal_session,
)
from accounts.api.acting import user_named
from accounts.api.link import checked_locale
from accounts.api.shapes import AnySerializer
from accounts.models import DEFAULT_USER_NAME
from flowra.api.body import Body, TextField, read_body
from flowra.api.rendering import instant, json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView


class CreatePortalSession(Body):
    """Whose page, where `x-username` does not say it, for how long, and in which language."""

    eUID = TextField(required=False, allow_null=True, trim_whitespace=False)
    expiresInSeconds = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_SECONDS,
        help_text=f"So long it may be opened, and used by the browser that opened it; {DEFAULT_SECONDS} unless told otherwise.",
    )
    locale = TextField(
        required=False,
        allow_null=True,
        max_length=20,
        help_text="A language tag like `en` or `pt-BR`; else the browser's own language.",
    )


class PortalSessionShown(AnySerializer):
    """Where to send the user, and until when."""

    url = serializers.CharField(
        help_text="For this one user: the browser that opens it first has it, and no other."
    )
    expiresAt = serializers.DateTimeField(
        help_text="Then it can neither be opened nor, where it is open, be used."
    )


class PortalSessions(ApiView):
    """Makes the page."""

    scopes: ClassVar = {"POST": "accounts:write"}
    bodies: ClassVar = {"POST": CreatePortalSession}

    @endpoint(answers=PortalSessionShown, status=201, fails=(413, 415))
    def post(self, request: ApiRequest) -> HttpResponse:
        """201 with the URL of the user's own page, where they see, rename, connect again and disconnect what is theirs.

        Raises InvalidInput naming the field, Forbidden for an inactive user. Send the user there at once: the URL opens it for whoever comes first.
        """
        values = read_body(request, CreatePortalSession)
        locale = checked_locale(values.get("locale"))
        if DEFAULT_USER_NAME in (values.get("eUID"), request.acting_as_name):
            raise no_person()
        portal = start_portal_session(
            request.project,
            user_named(request, values.get("eUID")),
            request.actor,
            expires_in=values.get("expiresInSeconds", DEFAULT_SECONDS),
            locale=locale,
        )
        return json_answer({"url": portal.url, "expiresAt": instant(portal.expires_at)}, status=201)
