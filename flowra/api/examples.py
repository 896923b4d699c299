"""Bodies to begin with: an example of what a call takes, made from its description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .description import opened, shape_in

DEEPEST = 3
# Where the description alone would make something that works nowhere.
_BY_HAND: Mapping[str, Any] = {
    "post_auth_configs": {
        "toolkit": {"slug": "slack"},
        "authConfig": {
            "type": "use_custom_auth",
            "displayName": "Slack",
            "authScheme": "OAUTH2",
            "credentials": {"client_id": "…", "client_secret": "…", "scopes": ["chat:write"]},
        },
    },
    "post_connected_accounts_link": {"authConfigId": "ac_…", "eUID": "customer_42"},
    "post_connected_accounts": {
        "authConfig": {"id": "ac_…"},
        "connection": {"eUID": "customer_42", "state": {"authScheme": "API_KEY", "val": {"api_key": "…"}}},
    },
    "patch_connected_accounts_by_id": {"displayName": "Sales"},
    "patch_auth_configs_by_id": {"displayName": "Slack"},
    "post_external_users": {"name": "customer_42"},
    "post_portal_sessions": {"eUID": "customer_42"},
    "post_webhook_endpoints": {"url": "https://app.example.com/flowra", "events": ["*"]},
    "patch_webhook_endpoints_by_id": {"description": "Production"},
    "patch_users_profile": {"callbackOrigins": ["https://app.example.com"]},
    "post_tools_execute_by_slug": {"connectedAccountId": "ca_…", "arguments": {}},
}


def example_body(operation: Mapping[str, Any]) -> str:
    """The body as indented JSON, one line where lines are asked for; empty for a call that takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return ""
    example = _BY_HAND.get(operation["operationId"])
    if example is None:
        example = _example(shape_in(operation["requestBody"]), 0)
    if "application/json" not in content:
        return json.dumps(_BY_HAND["post_connected_accounts"], ensure_ascii=False)
    return json.dumps(example, indent=2, ensure_ascii=False)


def _example(shape: dict[str, Any] | None, depth: int) -> Any:
    found = opened(shape)
    if "default" in found:
        return found["default"]
    if found.get("enum"):
        return next((each for each in found["enum"] if each is not None), None)
    kind = found.get("type")
    kind = next((each for each in kind if each != "null"), None) if isinstance(kind, list) else kind
    if kind == "object" or "properties" in found:
        return _object(found, depth)
    if kind == "array":
        return [_example(found.get("items"), depth + 1)] if depth < DEEPEST else []
    return {"boolean": False, "integer": 1, "number": 1}.get(str(kind), "…")


def _object(shape: dict[str, Any], depth: int) -> dict[str, Any]:
    """What must be there; where nothing must, the first that may."""
    properties: dict[str, Any] = shape.get("properties", {})
    needed = [name for name in properties if name in shape.get("required", ())] or list(properties)[:1]
    return {name: _example(properties[name], depth + 1) for name in needed} if depth < DEEPEST else {}
