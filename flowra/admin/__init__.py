"""Projects with their keys, webhooks, and the trail, in the admin."""

from .projects import ProjectAdmin
from .trail import EventAdmin
from .webhooks import WebhookDeliveryAdmin, WebhookEndpointAdmin

__all__ = ["EventAdmin", "ProjectAdmin", "WebhookDeliveryAdmin", "WebhookEndpointAdmin"]
