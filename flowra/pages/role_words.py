"""What each role may do, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flowra.models import Role

ROLE_WORDS: Mapping[Role, str] = {
    Role.VIEWER: "Sees accounts, auth configs and events. Changes nothing.",
    Role.SUPPORT: "Also checks and revokes accounts, and asks people to connect again.",
    Role.DEVELOPER: "Also changes auth configs, and makes keys and webhooks.",
    Role.OWNER: "Also changes the team, the look and the settings.",
}
