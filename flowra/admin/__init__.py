"""Projects with their keys, and the trail, in the admin."""

from .trail import EventAdmin

__all__ = ["EventAdmin"]
