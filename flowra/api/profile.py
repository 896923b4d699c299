"""`users/profile`: which project a key opens, what it may do, and how the project is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from flowra.actions.checked_project import MAX_ORIGINS, MAX_SCHEMES
from flowra.actions.update_project import update_project
from flowra.models import ApiKey

from .body import Body, FlagField, TextField, read_body
from .rendering import instant
from .schema import endpoint, success_of
from .views import ApiRequest, ApiView, ok

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[Any]
else:
    AnySerializer = serializers.Serializer


class ChangeProfile(Body):
    """What is left out stays as it is."""

    name = TextField(required=False, max_length=100)
    callbackOrigins = serializers.ListField(
        child=TextField(max_length=2000),
        required=False,
        max_length=MAX_ORIGINS,
        help_text="`https://app.example.com`",
    )
    customSchemes = serializers.ListField(
        child=TextField(max_length=110),
        required=False,
        max_length=MAX_SCHEMES,
        help_text="A mobile app's own URI schemes, `com.example.app`, to which a callback URL may lead as well (RFC 8252).",
    )
    requireConfirmation = FlagField(required=False)


class ProjectBrief(AnySerializer):
    """The project."""

    id = serializers.CharField()
    name = serializers.CharField()


class ProfileShown(AnySerializer):
    """The key's project, and the key."""

    id = serializers.CharField(help_text="The project's id, as `projectId` and `project.id`.")
    projectId = serializers.CharField()
    project = ProjectBrief()
    name = serializers.CharField(help_text="The project's name.")
    isTest = serializers.BooleanField()
    keyId = serializers.CharField()
    keyName = serializers.CharField(allow_blank=True)
    scopes = serializers.ListField(child=serializers.CharField())
    callbackOrigins = serializers.ListField(child=serializers.CharField())
    customSchemes = serializers.ListField(child=serializers.CharField())
    requireConfirmation = serializers.BooleanField()
    createdAt = serializers.DateTimeField()


ONE_PROFILE = success_of("Profile", ProfileShown())


class Profile(ApiView):
    """The key's own project; a key of any scope will do."""

    scopes: ClassVar = {"GET": None, "PATCH": None}
    bodies: ClassVar = {"PATCH": ChangeProfile}

    @endpoint(answers=ONE_PROFILE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """The project that the key opens."""
        return ok(present_profile(request.key), "Profile.")

    @endpoint(answers=ONE_PROFILE, fails=(413, 415))
    def patch(self, request: ApiRequest) -> HttpResponse:
        """Changes the project's name, the origins and schemes that people may be sent back to, and whether each
        connection must be confirmed by the app.
        """
        given = read_body(request, ChangeProfile)
        update_project(
            request.project,
            request.actor,
            name=given.get("name"),
            callback_origins=given.get("callbackOrigins"),
            require_confirmation=given.get("requireConfirmation"),
            custom_schemes=given.get("customSchemes"),
        )
        return ok(present_profile(request.key), "Profile changed.")


def present_profile(key: ApiKey) -> dict[str, Any]:
    """The key and its project as the contract shows them."""
    project = key.project
    return {
        "id": project.pk,
        "projectId": project.pk,
        "project": {"id": project.pk, "name": project.name},
        "name": project.name,
        "isTest": project.is_test,
        "keyId": key.pk,
        "keyName": key.name,
        "scopes": list(key.scopes),
        "callbackOrigins": list(project.callback_origins),
        "customSchemes": list(project.custom_schemes),
        "requireConfirmation": project.require_confirmation,
        "createdAt": instant(project.created_at),
    }
