"""The ground."""

from __future__ import annotations

from django.apps import AppConfig


class FlowraApp(AppConfig):
    """Projects, keys, secrets at rest, the way out, the trail, work that is due."""

    name = "flowra"
    verbose_name = "Projects and keys"

    def ready(self) -> None:
        """Registers the start-up checks."""
        from flowra import checks  # noqa: F401 - importing registers them
