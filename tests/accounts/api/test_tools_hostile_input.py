"""However hostile a definition or a call's arguments, the answer can be read: never a 500, never a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import ToolExecution
from tests.accounts.test_every_tool import STORIES
from tests.accounts.tool_desk import ToolDesk
from tests.authconfigs.own_tool import made_tool, own_tool
from tests.caller import Caller
from tests.flowra.test_api_hostile_input import ODD, RAW_ODD, places, readable, spoilt

pytestmark = pytest.mark.both_databases
# Each place is given one in so many of the odd values, and each value falls to many places.
SHARE = 2
RICH = {
    "slug": "SLACK_ODD",
    "inputSchema": {
        "$defs": {"person": {"type": "object", "properties": {"email": {"type": "string"}}}},
        "properties": {
            "channel": {"type": "string", "pattern": "^[a-z]+$", "default": "general"},
            "people": {"type": "array", "items": {"$ref": "#/$defs/person"}, "uniqueItems": True},
            "page": {"anyOf": [{"type": "integer", "multipleOf": 5}, {"const": None}]},
        },
        "required": ["people"],
    },
    "request": {
        "method": "POST",
        "url": "/pins/{channel}",
        "query": {"page": "{page}"},
        "headers": {"X-Channel": "c-{channel}"},
        "json": {"fixed": [1, {"people": "{people}"}]},
    },
    "answer": {"okField": "ok", "error": ["error"], "refused": ["gone"]},
}


def tried(caller: Caller, method: str, path: str, good: dict[str, Any]) -> int:
    """Spoils a good body in each of its places; answers how often."""
    count = 0
    for place in places(good):
        for odd in ODD[count % SHARE :: SHARE]:
            sent = json.dumps(spoilt(good, place, odd)).encode()
            readable(caller.call(method, path, raw=sent), f"{method} {path} {place} {str(odd)[:80]}")
            count += 1
        marked = json.dumps(spoilt(good, place, "@@mark@@")).encode()
        for raw in RAW_ODD[count % SHARE :: SHARE]:
            answer = caller.call(method, path, raw=marked.replace(b'"@@mark@@"', raw))
            readable(answer, f"{method} {path} {place} {raw[:50]!r}")
            count += 1
    return count


def test_no_value_in_any_place_of_a_definition_breaks_it(tools: ToolDesk) -> None:
    caller = tools.api
    made_tool(caller)
    assert tried(caller, "POST", "tools", own_tool(**RICH)) > 300
    tried(caller, "PATCH", "tools/byId/SLACK_PIN_MESSAGE", {"tags": ["x"], "request": RICH["request"]})
    tried(caller, "PATCH", "tools/byId/SLACK_PIN_MESSAGE/status", {"isActive": True})


@pytest.mark.parametrize(
    "slug", ["GOOGLE_CALENDAR_CREATE_EVENT", "GMAIL_SEND_EMAIL", "GITHUB_GET_FILE", "NOTION_CREATE_PAGE"]
)
def test_no_value_in_any_place_of_a_call_breaks_it(tools: ToolDesk, slug: str) -> None:
    account = tools.connected(slug.rsplit("_", 2)[0].lower().replace("_", "-"))
    path = f"tools/execute/{slug}"
    good = {"connectedAccountId": account.pk, "arguments": STORIES[slug].arguments}
    assert tried(tools.api, "POST", path, good) > 50
    assert all(each.arguments is not None for each in ToolExecution.objects.all())


def test_nor_one_of_a_tool_of_the_project_s_own(tools: ToolDesk) -> None:
    tools.connected("slack")
    made_tool(tools.api, **RICH)
    arguments = {"channel": "general", "people": [{"email": "ada@example.com"}], "page": 5}
    assert tried(tools.api, "POST", "tools/execute/SLACK_ODD", {"arguments": arguments}) > 100
    tools.provider.calls.clear()
    tools.execute("SLACK_ODD", arguments)
    [call] = tools.calls()
    assert call.path == "/slack.com/api/pins/general"
    assert call.request.json == {"fixed": [1, {"people": arguments["people"]}]}
