"""Whether the service still takes an auth config's client: marked when it refuses it, unmarked when it takes it again."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from authconfigs.models import AuthConfig
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.notices.tell_owner import tell_owner


def mark_failing(auth_config: AuthConfig, words: str, actor: Actor) -> None:
    """The service refuses the client, in these words: told once, in the caller's transaction, until it works again.

    What was refused is the client as the caller read it: one that was changed meanwhile may be right.
    """
    marked = AuthConfig.live.filter(
        pk=auth_config.pk, updated_at=auth_config.updated_at, failing_since__isnull=True
    ).update(failing_since=timezone.now(), failing_words=words)
    if marked:
        record(
            EventType.AUTH_CONFIG_FAILING,
            project_id=auth_config.project_id,
            subject=("auth_config", auth_config.pk),
            actor=actor,
            reason=words,
            about=lambda ids: dict.fromkeys(
                ids, {"toolkit": auth_config.toolkit_slug, "name": auth_config.name, "status": "ENABLED"}
            ),
        )
        tell_owner(
            auth_config.project_id,
            f"{auth_config.toolkit_slug} refuses your app",
            _letter(auth_config, words),
        )


def _letter(auth_config: AuthConfig, words: str) -> str:
    return (
        f"The service {auth_config.toolkit_slug} refuses the client of the auth config {auth_config} "
        f"({auth_config.pk}).\nIt says: {words}\n\n"
        "Until that is mended, nobody can connect through it, and access that runs out is not renewed; what is still "
        "valid goes on working, and no connection is lost.\n\n"
        "What to do: compare client ID and secret with the service's console, and store them anew with\n"
        f"PATCH {settings.FLOWRA_PUBLIC_URL}/api/v1/auth_configs/{auth_config.pk} or in the admin.\n"
    )


def mark_working(auth_config: AuthConfig) -> None:
    """The service took the client; costs nothing where it was not known to be refused."""
    if auth_config.failing_since is not None:
        AuthConfig.objects.filter(pk=auth_config.pk).update(failing_since=None, failing_words="")
