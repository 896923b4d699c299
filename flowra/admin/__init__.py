"""Projects with their keys, and the trail, in the admin."""

from .projects import ProjectAdmin
from .trail import EventAdmin

__all__ = ["EventAdmin", "ProjectAdmin"]
