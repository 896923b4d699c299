"""The ground's tables."""

from .api_key import ApiKey
from .event import AppendOnly, Event
from .heartbeat import WorkerHeartbeat
from .key_in_use import KeyInUse
from .project import Project

__all__ = ["ApiKey", "AppendOnly", "Event", "KeyInUse", "Project", "WorkerHeartbeat"]
