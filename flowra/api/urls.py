"""This floor's endpoints."""

from __future__ import annotations

from django.urls import path

from .description import docs, schema
from .health import alive, ready
from .profile import Profile
from .webhook_deliveries import ReplayWebhookDelivery, WebhookDeliveries
from .webhook_endpoints import OneWebhookEndpoint, RotateWebhookSecret, TryWebhookEndpoint, WebhookEndpoints

urlpatterns = [
    path("healthz", alive),
    path("readyz", ready),
    path("api/v1/schema", schema),
    path("api/v1/docs", docs),
    path("api/v1/users/profile", Profile.as_view()),
    path("api/v1/webhook_endpoints", WebhookEndpoints.as_view()),
    path("api/v1/webhook_endpoints/<str:id>", OneWebhookEndpoint.as_view()),
    path("api/v1/webhook_endpoints/<str:id>/rotate-secret", RotateWebhookSecret.as_view()),
    path("api/v1/webhook_endpoints/<str:id>/test", TryWebhookEndpoint.as_view()),
    path("api/v1/webhook_deliveries", WebhookDeliveries.as_view()),
    path("api/v1/webhook_deliveries/<str:id>/replay", ReplayWebhookDelivery.as_view()),
]
