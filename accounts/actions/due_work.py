"""What falls due on this floor, for the worker."""

from __future__ import annotations


def register() -> None:
    """Called once when the app is ready."""
