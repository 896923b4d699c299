"""The ground's tables."""

from .api_key import ApiKey
from .event import AppendOnly, Event
from .heartbeat import WorkerHeartbeat
from .key_in_use import KeyInUse
from .membership import Invitation, Membership, Role
from .notice import Notice
from .project import Project
from .saved_view import SavedView
from .webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiKey",
    "AppendOnly",
    "Event",
    "Invitation",
    "KeyInUse",
    "Membership",
    "Notice",
    "Project",
    "Role",
    "SavedView",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WorkerHeartbeat",
]
