"""Whether the service still takes an auth config's client: marked when it refuses it, unmarked when it takes it again."""

from __future__ import annotations

from django.utils import timezone

from authconfigs.models import AuthConfig
from flowra.events.names import EventType
from flowra.events.record import Actor, record


def mark_failing(auth_config: AuthConfig, words: str, actor: Actor) -> None:
    """The service refuses the client, in these words: told once, in the caller's transaction, until it works again."""
    marked = AuthConfig.live.filter(pk=auth_config.pk, failing_since__isnull=True).update(
        failing_since=timezone.now(), failing_words=words
    )
    if marked:
        record(
            EventType.AUTH_CONFIG_FAILING,
            project_id=auth_config.project_id,
            subject=("auth_config", auth_config.pk),
            actor=actor,
            reason=words,
        )


def mark_working(auth_config: AuthConfig) -> None:
    """The service took the client; costs nothing where it was not known to be refused."""
    if auth_config.failing_since is not None:
        AuthConfig.objects.filter(pk=auth_config.pk).update(failing_since=None, failing_words="")
