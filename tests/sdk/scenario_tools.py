"""What the official client does with tools: finds them, makes its own, executes them, and reads what was done."""

from __future__ import annotations

OWN = {
    "slug": "DESK_WHO_AM_I",
    "name": "Who am I",
    "toolkitSlug": "desk",
    "inputSchema": {
        "properties": {"note": {"type": "string", "maxLength": 20}, "count": {"type": "integer"}},
        "required": ["note"],
    },
    "request": {"method": "POST", "url": "/api/key-check", "json": {"note": "{note}", "count": "{count}"}},
}


def tools(flowra, told, refused):
    found(flowra, refused)
    own = made(flowra, told, refused)
    executed(flowra, told, refused)
    switched(flowra, refused, own)


def found(flowra, refused):
    page = flowra.tools.list(toolkitSlug="slack", important=True, limit=10)
    assert [tool["slug"] for tool in page["data"]] == ["SLACK_LIST_CHANNELS", "SLACK_SEND_MESSAGE"]
    assert (page["total"], page["totalPages"], page["hasNextPage"]) == (2, 1, False)
    several = flowra.tools.list(toolSlugs=["notion_search", "GITHUB_GET_FILE"], fields="slug")
    assert several["data"] == [{"slug": "GITHUB_GET_FILE"}, {"slug": "NOTION_SEARCH"}]
    one = flowra.tools.get("SLACK_SEND_MESSAGE")["data"]
    assert flowra.tools.get(one["id"])["data"] == flowra.tools.get("slack_send_message")["data"] == one
    assert one["inputSchema"]["required"] == ["channel", "text"]
    refused(404, "tool_not_found", flowra.tools.get, "SLACK_SEND_MESAGE")
    body = refused(400, "invalid_input", flowra.tools.list, toolkitSlugs="slack")
    assert body["errors"][0]["field"] == "toolkitSlugs"
    both = flowra.toolkits.list_with_tools(slugs="slack,zendesk", sortBy="slug", sortOrder="asc")
    assert [len(toolkit["tools"]) for toolkit in both["data"]] == [4, 0]
    assert both["totalTools"] == 4


def made(flowra, told, refused):
    flowra.toolkits.create(
        {
            "slug": "desk",
            "name": "Desk",
            "baseUrl": told["provider"],
            "authSchemes": ["API_KEY"],
            "apiKey": {"in": "header", "name": "X-Practice-Key"},
        }
    )
    body = refused(400, "invalid_input", flowra.tools.create, {**OWN, "toolkitSlug": "nothing"})
    assert body["errors"][0]["field"] == "toolkitSlug"
    own = flowra.tools.create(OWN)["data"]
    assert flowra.tools.get(own["id"])["data"] == own
    refused(409, "slug_taken", flowra.tools.create, OWN)
    changed = flowra.tools.update(own["id"], {"description": "Whose key it is."})["data"]
    assert changed["description"] == "Whose key it is."
    refused(403, "forbidden", flowra.tools.update, "SLACK_SEND_MESSAGE", {"name": "Mine"})
    return own


def executed(flowra, told, refused):
    mine, theirs = flowra.as_user("customer_47"), flowra.as_user("customer_48")
    body = refused(400, "invalid_input", mine.tools.execute, "DESK_WHO_AM_I")
    assert body["errors"] == [{"field": "arguments.note", "message": "is needed"}]
    body = refused(
        400,
        "invalid_input",
        mine.tools.execute,
        "DESK_WHO_AM_I",
        {"arguments": {"note": "x" * 21, "count": "1", "nots": 1}},
    )
    assert len(body["errors"]) == 3, body
    good = {"arguments": {"note": "Hello"}}
    body = refused(409, "no_connected_account", mine.tools.execute, "DESK_WHO_AM_I", good)
    assert body["connectedAccounts"] == []
    config = flowra.auth_configs.create(
        {"toolkit": {"slug": "desk"}, "authConfig": {"authScheme": "API_KEY", "credentials": {}}}
    )["data"]

    def connect(user, key, name):
        state = {"authScheme": "API_KEY", "val": {"api_key": key}}
        connection = {"state": state, "identity": {"name": name}}
        return user.connections.create({"authConfig": {"id": config["id"]}, "connection": connection})["id"]

    account = connect(mine, told["practiceKey"], "Sam")
    did = mine.tools.execute("desk_who_am_i", good)
    assert (did["successful"], did["error"], did["data"]["email"]) == (True, None, "sales@example.com"), did
    named = {**good, "connectedAccountId": account}
    assert mine.tools.execute("DESK_WHO_AM_I", named)["successful"] is True
    refused(404, "account_not_found", theirs.tools.execute, "DESK_WHO_AM_I", named)
    wrong = connect(mine, "a-key-that-is-wrong", "Pat")
    body = refused(409, "several_connected_accounts", mine.tools.execute, "DESK_WHO_AM_I", good)
    assert {each["id"] for each in body["connectedAccounts"]} == {account, wrong}
    failed = mine.tools.execute("DESK_WHO_AM_I", {**good, "connectedAccountId": wrong})
    assert (failed["successful"], "401" in failed["error"]) == (False, True), failed
    refused(404, "tool_not_found", mine.tools.execute, "DESK_WHO_IS_IT", good)

    logs = mine.tools.execution_logs(toolSlug="DESK_WHO_AM_I", limit=2)
    assert (logs["total"], [each["successful"] for each in logs["data"]]) == (3, [False, True])
    assert logs["data"][0]["id"] == failed["logId"]
    assert mine.tools.execution_logs(successful=False)["total"] == 1
    assert mine.tools.execution_logs(connectedAccountId=account, page=1)["total"] == 2
    assert theirs.tools.execution_logs()["data"] == []
    for each in (account, wrong):
        mine.connections.remove(each)


def switched(flowra, refused, own):
    assert flowra.tools.set_active(own["id"])["data"]["isActive"] is False
    refused(409, "tool_disabled", flowra.tools.execute, "DESK_WHO_AM_I", {"arguments": {"note": "x"}})
    assert flowra.tools.set_active(own["id"])["data"]["isActive"] is True
    assert flowra.tools.remove(own["id"])["success"] is True
    refused(404, "tool_not_found", flowra.tools.get, own["id"])
