"""A project's own tool, sent by a caller."""

from __future__ import annotations

from typing import Any

from tests.caller import Caller


def own_tool(**changes: Any) -> dict[str, Any]:
    """A good definition, with `changes` laid over it."""
    return {
        "slug": "SLACK_PIN_MESSAGE",
        "name": "Pin a message",
        "toolkitSlug": "slack",
        "description": "Pins a message to its channel.",
        "tags": ["messages", "pins"],
        "scopes": ["pins:write"],
        "inputSchema": {
            "properties": {"channel": {"type": "string"}, "timestamp": {"type": "string"}},
            "required": ["channel", "timestamp"],
        },
        "request": {
            "method": "POST",
            "url": "/pins.add",
            "json": {"channel": "{channel}", "timestamp": "{timestamp}"},
        },
        "answer": {"okField": "ok", "error": ["error"]},
        **changes,
    }


def made_tool(caller: Caller, **changes: Any) -> dict[str, Any]:
    """It is made; answers it as it is shown."""
    answer = caller.post("tools", own_tool(**changes))
    assert answer.status_code == 201, answer.content
    data: dict[str, Any] = answer.json()["data"]
    return data


def with_argument(schema: Any) -> dict[str, Any]:
    """A definition whose one argument has this schema, and goes into the body."""
    return own_tool(
        inputSchema={"properties": {"a": schema}},
        request={"method": "POST", "url": "/pins.add", "json": {"a": "{a}"}},
    )
