"""How an auth config stands: a word with a colour and a shape."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from authconfigs.models import AuthConfig

STATES: dict[str, tuple[str, str, str]] = {
    "deleted": ("gone", "◇", "Deleted"),
    "off": ("off", "▬", "Switched off"),
    "refused": ("bad", "✕", "Refused"),
    "on": ("good", "●", "Enabled"),
}


def state_of(auth_config: AuthConfig) -> str:
    """`deleted`, `off`, `refused` (the service refuses the client) or `on`; what stops more comes first."""
    if auth_config.deleted_at is not None:
        return "deleted"
    if auth_config.is_disabled:
        return "off"
    return "refused" if auth_config.failing_since is not None else "on"


def state_badge(auth_config: AuthConfig, service: str = "") -> SafeString:
    """The state as HTML; with the service's name, `Slack refuses the app`."""
    kind, shape, word = STATES[state_of(auth_config)]
    if kind == "bad" and service:
        word = f"{service} refuses the app"
    return format_html(
        "<span class='status status-{}'><span class='shape' aria-hidden='true'>{}</span> {}</span>",
        kind,
        shape,
        word,
    )
