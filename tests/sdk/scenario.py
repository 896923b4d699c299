"""An app that uses Flowra through its official client and nothing else; run by `test_sdk.py` in the client's environment.

Reads from standard input where Flowra and a provider are, and fails at the first thing that is not as the contract says.
"""

from __future__ import annotations

import json
import sys

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
    mine = flowra.as_user("customer_42")
    link = mine.connections.create_link({"authConfigId": auth_config["id"], "labels": ["sales"]})
    assert link["redirectUrl"].endswith(f"/connect/{link['linkToken']}")
    account = link["connectedAccountId"]
    assert flowra.as_user("customer_43").connections.list()["items"] == []
    for filters in (
        {"toolkitSlugs": "practice,slack"},
        {"toolkitSlugs": ["practice", "slack"]},
        {"statuses": ["INITIALIZING", "INITIATED"]},
        {"authConfigIds": auth_config["id"]},
        {"connectedAccountIds": [account]},
        {"eUIDs": user["id"]},
        {"labels": "sales"},
        {"orderBy": "updatedAt", "orderDirection": "asc"},
        {"limit": 1},
    ):
        found = flowra.connections.list(**filters)
        assert [item["id"] for item in found["items"]] == [account], (filters, found)
        assert (found["totalItems"], found["currentPage"], found["nextCursor"]) == (1, 1, None)
    assert flowra.connections.list(statuses="ACTIVE")["items"] == []
    refused(400, "invalid_input", flowra.connections.list, status="ACTIVE")
    refused(400, "invalid_input", flowra.connections.list, statuses="CONNECTED")
    refused(400, "invalid_input", flowra.connections.list, cursor="garbage")
    groups = mine.connections.list_grouped()
    assert groups["totalConnections"] == 1
    assert groups["groups"][0]["toolkit"]["slug"] == "practice"
    changed = mine.connections.update(account, {"displayName": "Sales inbox", "labels": ["sales", "emea"]})
    assert (changed["label"], changed["labels"]) == ("Sales inbox", ["sales", "emea"])
    refused(404, "account_not_found", flowra.as_user("customer_43").connections.remove, account)
    refused(409, "auth_config_in_use", flowra.auth_configs.remove, auth_config["id"])
    assert mine.connections.remove(account)["success"] is True
    refused(404, "account_not_found", mine.connections.remove, account)
    refused(404, "unknown_endpoint", flowra.workflows.list)


def main():
    told = json.load(sys.stdin)
    flowra = Flowra(api_key=told["apiKey"], base_url=told["url"])
    profile(flowra, told)
    user = users(flowra)
    toolkits(flowra, told)
    auth_config = auth_configs(flowra, told)
    connections(flowra, user, auth_config)
    print("all as the contract says")


if __name__ == "__main__":
    main()
