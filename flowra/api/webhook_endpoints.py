"""`webhook_endpoints`: where a project is told of what happens to its accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from flowra.actions.create_webhook_endpoint import create_webhook_endpoint
from flowra.actions.delete_webhook_endpoint import delete_webhook_endpoint
from flowra.actions.find_webhook import find_webhook_endpoint
from flowra.actions.rotate_webhook_secret import rotate_webhook_secret
from flowra.actions.send_test_webhook import send_test_webhook
from flowra.actions.update_webhook_endpoint import update_webhook_endpoint
from flowra.models import WebhookEndpoint
from flowra.models.webhook import MAX_DESCRIPTION, MAX_URL

from .body import Body, FlagField, TextField, read_body
from .pages import page_answer, page_parameters, window_of
from .query import Query
from .rendering import instant, json_answer
from .schema import Done, endpoint, page_of
from .views import ApiRequest, ApiView, done
from .webhook_deliveries import WebhookDeliveryShown, present_delivery

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[Any]
else:
    AnySerializer = serializers.Serializer

MAX_EVENTS = 50


def _events(**arguments: Any) -> serializers.ListField:
    return serializers.ListField(
        child=TextField(max_length=100),
        max_length=MAX_EVENTS,
        help_text='Names of types, or `["*"]` for all.',
        **arguments,
    )


class CreateWebhookEndpoint(Body):
    """A new endpoint."""

    url = TextField(max_length=MAX_URL, help_text="https, on a public address.")
    events = _events()
    description = TextField(required=False, allow_blank=True, allow_null=True, max_length=MAX_DESCRIPTION)


class ChangeWebhookEndpoint(Body):
    """What is left out stays as it is."""

    url = TextField(required=False, max_length=MAX_URL)
    events = _events(required=False)
    description = TextField(required=False, allow_blank=True, allow_null=True, max_length=MAX_DESCRIPTION)
    isDisabled = FlagField(required=False)


class WebhookEndpointShown(AnySerializer):
    """An endpoint, without its secret."""

    id = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField(allow_blank=True)
    isDisabled = serializers.BooleanField()
    disabledReason = serializers.CharField(allow_null=True, help_text="For people.")
    createdAt = serializers.DateTimeField()


class NewWebhookEndpointShown(WebhookEndpointShown):
    """An endpoint, with its secret this once."""

    secret = serializers.CharField(help_text="`whsec_…`; verify each message with it.")


class WebhookSecretShown(AnySerializer):
    """The new secret, this once."""

    secret = serializers.CharField()


ENDPOINT_PAGE = page_of("WebhookEndpoint", WebhookEndpointShown(many=True))


class WebhookEndpoints(ApiView):
    """The project's endpoints."""

    scopes: ClassVar = {"GET": "webhooks:write", "POST": "webhooks:write"}
    query: ClassVar = {"GET": Query(*page_parameters(sort_by=("createdAt",), sorted_by="createdAt"))}
    bodies: ClassVar = {"POST": CreateWebhookEndpoint}

    @endpoint(answers=ENDPOINT_PAGE)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of endpoints, newest first."""
        asked = request.query
        window = window_of(asked)
        found = WebhookEndpoint.live.filter(project_id=request.project.pk)
        sign = "" if asked["sortOrder"] == "asc" else "-"
        rows = window.of(found.defer("secrets").order_by(f"{sign}created_at", f"{sign}id"))
        return page_answer(
            [present_endpoint(each) for each in rows],
            total=found.count(),
            window=window,
            message="Webhook endpoints.",
        )

    @endpoint(answers=NewWebhookEndpointShown, status=201, fails=(409, 413, 415))
    def post(self, request: ApiRequest) -> HttpResponse:
        """Adds an endpoint, which is told of what happens from then on. Its secret is in this answer and no other."""
        given = read_body(request, CreateWebhookEndpoint)
        made = create_webhook_endpoint(
            request.project,
            actor=request.actor,
            url=given["url"],
            events=given["events"],
            description=given.get("description") or "",
        )
        return json_answer({**present_endpoint(made.endpoint), "secret": made.secret}, status=201)


class OneWebhookEndpoint(ApiView):
    """One endpoint."""

    scopes: ClassVar = {"PATCH": "webhooks:write", "DELETE": "webhooks:write"}
    bodies: ClassVar = {"PATCH": ChangeWebhookEndpoint}

    @endpoint(answers=WebhookEndpointShown, fails=(404, 413, 415))
    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Changes it. `isDisabled` true ends what is waiting for it; false starts anew with what happens from then on."""
        found = find_webhook_endpoint(request.project, id)
        given = read_body(request, ChangeWebhookEndpoint)
        changed = update_webhook_endpoint(
            found,
            request.actor,
            url=given.get("url"),
            events=given.get("events"),
            description=(given["description"] or "") if "description" in given else None,
            is_disabled=given.get("isDisabled"),
        )
        return json_answer(present_endpoint(changed))

    @endpoint(answers=Done, fails=(404,))
    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Deletes it with its deliveries."""
        delete_webhook_endpoint(find_webhook_endpoint(request.project, id), request.actor)
        return done("Webhook endpoint deleted.")


class RotateWebhookSecret(ApiView):
    """A new secret."""

    scopes: ClassVar = {"POST": "webhooks:write"}

    @endpoint(answers=WebhookSecretShown, fails=(404,))
    def post(self, request: ApiRequest, id: str) -> HttpResponse:
        """Answers a new secret, this once. For 24 hours messages are signed with the old one as well."""
        found = find_webhook_endpoint(request.project, id)
        return json_answer({"secret": rotate_webhook_secret(found, request.actor)})


class TryWebhookEndpoint(ApiView):
    """Trying an endpoint."""

    scopes: ClassVar = {"POST": "webhooks:write"}

    @endpoint(answers=WebhookDeliveryShown, fails=(404,))
    def post(self, request: ApiRequest, id: str) -> HttpResponse:
        """Sends a message of the type `test` at once, and answers the delivery as it went. It is not tried again."""
        found = find_webhook_endpoint(request.project, id)
        return json_answer(present_delivery(send_test_webhook(found, request.actor)))


def present_endpoint(found: WebhookEndpoint) -> dict[str, Any]:
    """The endpoint as the contract shows it."""
    return {
        "id": found.pk,
        "url": found.url,
        "events": list(found.events),
        "description": found.description,
        "isDisabled": found.is_disabled,
        "disabledReason": found.disabled_reason or None,
        "createdAt": instant(found.created_at),
    }
