"""The ground's tables."""

from .api_key import ApiKey
from .event import AppendOnly, Event
from .heartbeat import WorkerHeartbeat
from .key_in_use import KeyInUse
from .notice import Notice
from .project import Project
from .webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiKey",
    "AppendOnly",
    "Event",
    "KeyInUse",
    "Notice",
    "Project",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WorkerHeartbeat",
]
