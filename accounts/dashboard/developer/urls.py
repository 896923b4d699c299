"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.dashboard.developer.deliveries import deliveries, delivery, replay
from accounts.dashboard.developer.events import events, events_download, events_newer
from accounts.dashboard.developer.explorer import explorer
from accounts.dashboard.developer.keys import keys, make_key, revoke_key
from accounts.dashboard.developer.webhook_change import (
    delete_webhook,
    edit_webhook,
    make_webhook,
    replay_all,
    rotate_secret,
    switch_webhook,
    try_webhook,
)
from accounts.dashboard.developer.webhooks import webhook, webhooks

urlpatterns: list[URLPattern] = [
    path("events", events, name="events"),
    path("events/newer", events_newer, name="events_newer"),
    path("events/download", events_download, name="events_download"),
    path("webhooks", webhooks, name="webhooks"),
    path("webhooks/new", make_webhook, name="webhook_new"),
    path("webhooks/deliveries", deliveries, name="deliveries"),
    path("webhooks/deliveries/<str:id>", delivery, name="delivery"),
    path("webhooks/deliveries/<str:id>/replay", replay, name="delivery_replay"),
    path("webhooks/<str:id>", webhook, name="webhook"),
    path("webhooks/<str:id>/edit", edit_webhook, name="webhook_edit"),
    path("webhooks/<str:id>/secret", rotate_secret, name="webhook_rotate"),
    path("webhooks/<str:id>/switch", switch_webhook, name="webhook_switch"),
    path("webhooks/<str:id>/test", try_webhook, name="webhook_test"),
    path("webhooks/<str:id>/replay", replay_all, name="webhook_replay"),
    path("webhooks/<str:id>/delete", delete_webhook, name="webhook_delete"),
    path("keys", keys, name="keys"),
    path("keys/new", make_key, name="key_new"),
    path("keys/<str:id>/revoke", revoke_key, name="key_revoke"),
    path("explorer", explorer, name="explorer"),
]
