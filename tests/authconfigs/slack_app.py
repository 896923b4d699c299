"""The contract's example of an auth config, sent by a caller."""

from __future__ import annotations

from typing import Any

from tests.caller import Caller

SECRET = "not-a-real-secret-1234"


def slack(**auth_config: Any) -> dict[str, Any]:
    """The contract's example."""
    return {
        "toolkit": {"slug": "slack"},
        "authConfig": {
            "type": "use_custom_auth",
            "displayName": "Acme's Slack app",
            "authScheme": "OAUTH2",
            "credentials": {
                "client_id": "1234.5678",
                "client_secret": SECRET,
                "scopes": ["chat:write"],
                "user_scopes": [],
            },
            "restrictToFollowingTools": [],
            **auth_config,
        },
    }


def created(caller: Caller, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = caller.post("auth_configs", body or slack())
    assert answer.status_code == 201, answer.content
    data: dict[str, Any] = answer.json()["data"]
    return data
