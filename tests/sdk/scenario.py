"""An app that uses Flowra through its official client and nothing else; run by `test_sdk.py` in the client's environment.

Reads from standard input where Flowra and a provider are, and fails at the first thing that is not as the contract says.
"""

from __future__ import annotations

import json
import sys

from scenario_tools import tools

from flowra import Flowra
from flowra.errors import FlowraAPIError


def refused(expected_status, code, call, *args, **kwargs):
    """The body of a refusal, whose shape is the contract's."""
    try:
        call(*args, **kwargs)
    except FlowraAPIError as error:
        assert error.status_code == expected_status, (error.status_code, error.body)
        assert error.body["success"] is False
        assert error.body["message"]
        assert error.body["requestId"]
        assert error.body["code"] == code, error.body
        return error.body
    raise AssertionError(f"{call} was not refused")


def profile(flowra, told):
    got = flowra.get_profile()["data"]
    assert got["id"] == told["projectId"], got
    assert "accounts:read" in got["scopes"]
    assert got["callbackOrigins"] == ["https://acme.example"]
    refused(401, "unauthenticated", Flowra(api_key="flw_live_wrong", base_url=told["url"]).get_profile)


def users(flowra):
    made = flowra.users.create({"name": "customer_42"})["data"]
    assert flowra.users.create({"name": "customer_42"})["data"]["id"] == made["id"]
    assert flowra.users.get_by_username("customer_42")["data"]["id"] == made["id"]
    assert flowra.users.get_by_username("nobody")["data"] is None
    page = flowra.users.list(q="customer", isActive=True, sortBy="name", sortOrder="asc", page=1, limit=10)
    assert [user["name"] for user in page["data"]] == ["customer_42"]
    assert (page["total"], page["totalPages"], page["hasNextPage"]) == (1, 1, False)
    assert flowra.users.toggle_active(made["id"])["data"]["isActive"] is False
    refused(403, "user_inactive", flowra.as_user("customer_42").connections.list)
    assert flowra.users.toggle_active(made["id"])["data"]["isActive"] is True
    refused(404, "unknown_endpoint", flowra.users.refresh_avatar, made["id"])
    refused(400, "invalid_input", flowra.as_user("no spaces please").connections.list)
    return made


def toolkits(flowra, told):
    page = flowra.toolkits.list(limit=100)
    slugs = [toolkit["slug"] for toolkit in page["data"]]
    assert {"slack", "github", "notion", "zendesk", "twilio"} <= set(slugs)
    assert flowra.toolkits.list(q="slack", requiresAuth=True)["data"][0]["slug"] == "slack"
    assert flowra.toolkits.get("github")["data"]["name"] == "GitHub"
    assert flowra.toolkits.list_categories()["data"]
    refused(404, "unknown_endpoint", flowra.toolkits.messaging_channels)
    own = flowra.toolkits.create(
        {
            "slug": "practice",
            "name": "Practice",
            "description": "A server to practise with.",
            "baseUrl": told["provider"],
            "authSchemes": ["OAUTH2"],
            "oauth2": {"issuer": told["provider"]},
        }
    )["data"]
    assert flowra.toolkits.get(own["id"])["data"]["slug"] == "practice"
    assert [toolkit["slug"] for toolkit in flowra.toolkits.list(scope="mine")["data"]] == ["practice"]
    assert flowra.toolkits.update(own["id"], {"name": "Practice 2"})["data"]["name"] == "Practice 2"
    flowra.toolkits.set_active(own["id"])
    flowra.toolkits.set_active(own["id"])
    spare = flowra.toolkits.create(
        {"slug": "spare", "name": "Spare", "baseUrl": told["provider"], "authSchemes": ["NO_AUTH"]}
    )["data"]
    assert flowra.toolkits.remove(spare["id"])["success"] is True
    refused(404, "toolkit_not_found", flowra.toolkits.get, spare["id"])


def auth_configs(flowra, told):
    made = flowra.auth_configs.create(
        {
            "toolkit": {"slug": "practice"},
            "authConfig": {
                "type": "use_custom_auth",
                "displayName": "Acme's app",
                "authScheme": "OAUTH2",
                "credentials": {
                    "client_id": told["clientId"],
                    "client_secret": told["clientSecret"],
                    "scopes": ["openid", "email"],
                },
            },
        }
    )["data"]
    assert made["redirectUri"].endswith(f"/connect/callback/{made['id']}")
    assert told["clientSecret"] not in json.dumps(made)
    assert flowra.auth_configs.get(made["id"])["data"]["displayName"] == "Acme's app"
    page = flowra.auth_configs.list(toolkitSlug="practice,slack", showDisabled=False)
    assert [each["id"] for each in page["data"]] == [made["id"]]
    spare = flowra.auth_configs.create(
        {
            "toolkit": {"slug": "openai"},
            "authConfig": {"type": "use_custom_auth", "authScheme": "API_KEY", "credentials": {}},
        }
    )["data"]
    assert flowra.auth_configs.remove(spare["id"])["success"] is True
    refused(404, "auth_config_not_found", flowra.auth_configs.get, spare["id"])
    refused(400, "invalid_input", flowra.auth_configs.list, toolkitSlugs="slack")
    return made


def connections(flowra, user, auth_config):
    """Two accounts of two users, so that each filter has one to find and one to leave out."""
    mine, theirs = flowra.as_user("customer_42"), flowra.as_user("customer_44")
    link = mine.connections.create_link({"authConfigId": auth_config["id"], "labels": ["sales"]})
    assert link["redirectUrl"].endswith(f"/connect/{link['linkToken']}")
    assert link["expiresAt"].endswith("Z")
    account = link["connectedAccountId"]
    keys = flowra.auth_configs.create(
        {
            "toolkit": {"slug": "openai"},
            "authConfig": {"type": "use_custom_auth", "authScheme": "API_KEY", "credentials": {}},
        }
    )["data"]
    other = theirs.connections.create_link({"authConfigId": keys["id"], "label": "support"})[
        "connectedAccountId"
    ]
    lists(flowra, user, auth_config, account, other)
    refused_links(mine, auth_config)

    groups = mine.connections.list_grouped()
    assert groups["totalConnections"] == 1
    assert groups["externalUser"]["name"] == "customer_42"
    assert [group["toolkit"]["slug"] for group in groups["groups"]] == ["practice"]
    assert [each["id"] for each in groups["groups"][0]["connections"]] == [account]

    changed = mine.connections.update(account, {"displayName": "Sales inbox", "labels": ["sales", "emea"]})
    assert (changed["label"], changed["labels"]) == ("Sales inbox", ["sales", "emea"])
    assert mine.connections.update(account, {"displayName": None})["label"] != "Sales inbox"
    body = refused(400, "invalid_input", mine.connections.update, account, {"lables": ["sales"]})
    assert body["errors"][0]["field"] == "lables"
    assert "labels" in body["errors"][0]["message"]
    refused(404, "account_not_found", theirs.connections.update, account, {"displayName": "mine now"})
    refused(404, "account_not_found", theirs.connections.remove, account)
    refused(409, "auth_config_in_use", flowra.auth_configs.remove, auth_config["id"])

    assert mine.connections.remove(account)["success"] is True
    refused(404, "account_not_found", mine.connections.remove, account)
    assert [item["id"] for item in flowra.connections.list()["items"]] == [other]


def lists(flowra, user, auth_config, account, other):
    """Every filter, each way in which the client can say it."""
    mine, theirs = flowra.as_user("customer_42"), flowra.as_user("customer_44")
    for filters in (
        {"toolkitSlugs": "practice,slack"},
        {"toolkitSlugs": ["practice", "slack"]},
        {"authConfigIds": auth_config["id"]},
        {"connectedAccountIds": [account]},
        {"eUIDs": user["id"]},
        {"labels": "sales"},
        {"labels": ["sales", "elsewhere"], "statuses": "INITIALIZING"},
    ):
        found = flowra.connections.list(**filters)
        assert [item["id"] for item in found["items"]] == [account], (filters, found)
        assert (found["totalItems"], found["currentPage"], found["nextCursor"]) == (1, 1, None)
    assert flowra.connections.list(statuses=["ACTIVE", "EXPIRED"])["items"] == []
    assert flowra.connections.list(labels="sales", toolkitSlugs="openai")["items"] == []
    both = flowra.connections.list(statuses=["INITIALIZING", "INITIATED"])["items"]
    assert [item["id"] for item in both] == [other, account]
    oldest_first = flowra.connections.list(orderBy="createdAt", orderDirection="asc")["items"]
    assert [item["id"] for item in oldest_first] == [account, other]
    first = flowra.connections.list(limit=1)
    second = flowra.connections.list(limit=1, cursor=first["nextCursor"])
    assert [page["items"][0]["id"] for page in (first, second)] == [other, account]
    assert (first["totalPages"], second["currentPage"], second["nextCursor"]) == (2, 2, None)
    assert [item["id"] for item in mine.connections.list()["items"]] == [account]
    assert [item["externalUser"]["name"] for item in theirs.connections.list()["items"]] == ["customer_44"]
    assert flowra.as_user("customer_45").connections.list()["items"] == []

    for filters, field in (
        ({"status": "ACTIVE"}, "status"),
        ({"statuses": "CONNECTED"}, "statuses"),
        ({"cursor": "garbage"}, "cursor"),
        ({"cursor": first["nextCursor"], "labels": "sales"}, "cursor"),
        ({"limit": 101}, "limit"),
        ({"orderBy": "label"}, "orderBy"),
    ):
        body = refused(400, "invalid_input", flowra.connections.list, **filters)
        assert [error["field"] for error in body["errors"]] == [field], (filters, body)


def refused_links(mine, auth_config):
    """A link that cannot be made says which field is why."""
    for wishes, field in (
        ({"callbackUrl": "https://elsewhere.example/back"}, "callbackUrl"),
        ({"eUID": "customer_44"}, "eUID"),
        ({"expiresInSeconds": 86_401}, "expiresInSeconds"),
        ({"onDuplicate": "ask"}, "onDuplicate"),
        ({"redirectUrl": "https://acme.example/back"}, "redirectUrl"),
    ):
        body = refused(
            400, "invalid_input", mine.connections.create_link, {"authConfigId": auth_config["id"], **wishes}
        )
        assert [error["field"] for error in body["errors"]] == [field], (wishes, body)
    refused(404, "auth_config_not_found", mine.connections.create_link, {"authConfigId": "ac_unknown"})


def without_a_link(flowra, auth_config):
    """A key that the app has, tokens granted elsewhere, and a link where there is neither."""
    mine = flowra.as_user("customer_46")
    keys = flowra.auth_configs.create(
        {
            "toolkit": {"slug": "openai"},
            "authConfig": {"type": "use_custom_auth", "authScheme": "API_KEY", "credentials": {}},
        }
    )["data"]

    def body(config, val, **connection):
        state = {"authScheme": config["authScheme"], "val": val}
        return {"authConfig": {"id": config["id"]}, "connection": {"state": state, **connection}}

    # Whose account it is, is told here, so that the service is not asked.
    key = body(keys, {"api_key": "sk-proj-0123456789"}, eUID="customer_46", identity={"name": "Sam"})
    made = flowra.connections.create(key)
    assert made.keys() == {"id", "connectionData", "status", "redirectUrl", "deprecated"}, made
    assert (made["status"], made["redirectUrl"]) == ("ACTIVE", None)
    assert "sk-proj-0123456789" not in json.dumps(made)
    again = flowra.connections.create(key)
    assert (again["id"], again["duplicate"]) == (made["id"], True)

    val = {"access_token": "old", "refresh_token": "r", "expires_in": 0}
    granted = mine.connections.create(body(auth_config, val))
    assert granted["status"] == "ACTIVE"
    link = mine.connections.create(body(auth_config, {}, callbackUrl="https://acme.example/back"))
    assert link["status"] == "INITIALIZING"
    assert "/connect/" in link["redirectUrl"]
    found = [item["id"] for item in mine.connections.list(orderDirection="asc")["items"]]
    assert found == [made["id"], granted["id"], link["id"]]

    for wrong, field in (
        (body(keys, {}), "connection.state.val.api_key"),
        (body({**keys, "authScheme": "OAUTH2"}, {}), "connection.state.authScheme"),
        (body(auth_config, {"refresh_token": "r"}), "connection.state.val.access_token"),
        (body(keys, {"api_key": "sk-proj-0123456789"}, eUID="customer_42"), "eUID"),
    ):
        refusal = refused(400, "invalid_input", mine.connections.create, wrong)
        assert [error["field"] for error in refusal["errors"]] == [field], (wrong, refusal)
    change = {"connection": {"state": {"val": {"access_token": "new"}}}}
    refused(400, "invalid_input", mine.connections.update, granted["id"], change)
    for account in found:
        mine.connections.remove(account)


def later_or_never(flowra, told):
    """What the client has and Flowra has not is a 404 in the error's shape; what a key may not do is a 403."""
    for call in (flowra.workflows.list, flowra.triggers.list, flowra.skills.list):
        refused(404, "unknown_endpoint", call)
    reading = Flowra(api_key=told["readingKey"], base_url=told["url"])
    assert reading.connections.list()["totalItems"] == 1
    body = refused(403, "missing_scope", reading.connections.create_link, {"authConfigId": "ac_any"})
    assert "accounts:write" in body["message"]


def main():
    told = json.load(sys.stdin)
    flowra = Flowra(api_key=told["apiKey"], base_url=told["url"])
    profile(flowra, told)
    user = users(flowra)
    toolkits(flowra, told)
    auth_config = auth_configs(flowra, told)
    connections(flowra, user, auth_config)
    without_a_link(flowra, auth_config)
    tools(flowra, told, refused)
    later_or_never(flowra, told)
    print("all as the contract says")


if __name__ == "__main__":
    main()
