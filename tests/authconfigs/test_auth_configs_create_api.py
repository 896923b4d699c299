"""`POST auth_configs`: the app registers its client of a service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from authconfigs.models import AuthConfig
from flowra.models import Event
from flowra.redaction import MASK
from tests.authconfigs.slack_app import SECRET, created, slack
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_toolkit

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return make_caller()


class TestCreate:
    def test_the_contracts_example_is_taken_and_shown_with_its_secret_masked(self, caller: Caller) -> None:
        told = created(caller)
        assert told["id"].startswith("ac_")
        assert told["name"].startswith("slack-")
        assert told["displayName"] == "Acme's Slack app"
        assert told["toolkit"]["slug"] == "slack"
        assert told["toolkit"]["name"] == "Slack"
        assert told["credentials"] == {
            "client_id": "1234.5678",
            "client_secret": f"{MASK}1234",
            "scopes": ["chat:write"],
            "user_scopes": [],
        }
        assert told["redirectUri"].endswith(f"/connect/callback/{told['id']}")
        assert (told["status"], told["isDisabled"], told["isProviderManaged"]) == ("ENABLED", False, False)
        assert (told["rawCredentials"], told["connectionCount"]) == ("scope", 0)
        assert told["createdAt"].endswith("Z")

    def test_the_secret_is_stored_sealed_and_shown_nowhere(self, caller: Caller) -> None:
        told = created(caller)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM authconfigs_authconfig")
            assert SECRET not in repr(cursor.fetchall())
        assert AuthConfig.objects.get(pk=told["id"]).secrets == {"client_secret": SECRET}
        for answer in (caller.get("auth_configs"), caller.get(f"auth_configs/{told['id']}")):
            assert SECRET not in answer.content.decode()
        assert SECRET not in json.dumps(list(Event.objects.values_list("data", flat=True)))

    def test_a_short_secret_is_masked_whole(self, caller: Caller) -> None:
        told = created(caller, slack(credentials={"client_id": "a", "client_secret": "short"}))
        assert told["credentials"]["client_secret"] == MASK

    def test_each_has_a_redirect_uri_of_its_own(self, caller: Caller) -> None:
        assert created(caller)["redirectUri"] != created(caller)["redirectUri"]

    def test_scopes_that_are_left_out_are_the_toolkits(self, caller: Caller) -> None:
        told = created(caller, slack(credentials={"client_id": "a", "client_secret": SECRET}))
        assert told["credentials"]["scopes"] == ["users:read", "users:read.email"]

    def test_scopes_may_be_one_text(self, caller: Caller) -> None:
        credentials = {"client_id": "a", "client_secret": SECRET, "scopes": "chat:write, team:read"}
        assert created(caller, slack(credentials=credentials))["credentials"]["scopes"] == [
            "chat:write",
            "team:read",
        ]

    def test_a_scheme_with_each_persons_own_key_asks_for_nothing(self, caller: Caller) -> None:
        told = created(caller, {"toolkit": {"slug": "openai"}, "authConfig": {"authScheme": "API_KEY"}})
        assert (told["authScheme"], told["credentials"], told["redirectUri"]) == ("API_KEY", {}, None)
        assert told["displayName"] == told["name"]

    def test_it_is_on_the_trail(self, caller: Caller) -> None:
        told = created(caller)
        event = Event.objects.get()
        assert (event.type, event.subject_id, event.actor_kind) == (
            "auth_config.created",
            told["id"],
            "api_key",
        )

    def test_a_projects_own_toolkit_serves_only_it(self, caller: Caller) -> None:
        make_toolkit(caller.project)
        body = {"toolkit": {"slug": "acme-desk"}, "authConfig": {"authScheme": "API_KEY"}}
        assert created(caller, body)["toolkit"]["slug"] == "acme-desk"
        problem_of(make_caller().post("auth_configs", body), 400, "toolkit.slug")

    def test_a_switched_off_toolkit_takes_none(self, caller: Caller) -> None:
        make_toolkit(caller.project)
        caller.patch("toolkits/byId/acme-desk/status")
        told = problem_of(
            caller.post("auth_configs", {"toolkit": {"slug": "acme-desk"}, "authConfig": {}}), 409
        )
        assert told["code"] == "toolkit_disabled"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "toolkit"),
            ({"toolkit": "slack", "authConfig": {}}, "toolkit"),
            ({"toolkit": {"slug": "slakc"}, "authConfig": {}}, "toolkit.slug"),
            ({"toolkit": {"slug": ""}, "authConfig": {}}, "toolkit.slug"),
            ({"toolkit": {"slug": 7}, "authConfig": {}}, "toolkit.slug"),
            ({"toolkit": {"slug": "slack"}}, "authConfig"),
            ({**slack(), "extra": 1}, "extra"),
            (slack(typ="x"), "authConfig.typ"),
            (slack(type="use_magic"), "authConfig.type"),
            (slack(authScheme="API_KEY"), "authConfig.authScheme"),
            (slack(authScheme="S2S_OAUTH2"), "authConfig.authScheme"),
            (slack(authScheme=5), "authConfig.authScheme"),
            (slack(credentials="x"), "authConfig.credentials"),
            (slack(credentials={}), "authConfig.credentials.client_id"),
            (slack(credentials={"client_id": "a"}), "authConfig.credentials.client_secret"),
            (
                slack(credentials={"client_id": 5, "client_secret": SECRET}),
                "authConfig.credentials.client_id",
            ),
            (
                slack(credentials={"client_id": "a\nb", "client_secret": SECRET}),
                "authConfig.credentials.client_id",
            ),
            (
                slack(credentials={"client_id": "a", "client_secret": "x" * 9000}),
                "authConfig.credentials.client_secret",
            ),
            (
                slack(credentials={"client_id": "a", "client_secret": MASK}),
                "authConfig.credentials.client_secret",
            ),
            (
                slack(credentials={"clientid": "a", "client_secret": SECRET}),
                "authConfig.credentials.clientid",
            ),
            (
                slack(credentials={"client_id": "a", "client_secret": SECRET, "scopes": ["two words"]}),
                "authConfig.credentials.scopes",
            ),
            (
                slack(credentials={"client_id": "a", "client_secret": SECRET, "scopes": {"a": 1}}),
                "authConfig.credentials.scopes",
            ),
            (slack(displayName="x" * 201), "authConfig.displayName"),
            (slack(displayName="a\u202eb"), "authConfig.displayName"),
            (slack(restrictToFollowingTools="x"), "authConfig.restrictToFollowingTools"),
            (slack(restrictToFollowingTools=[1]), "authConfig.restrictToFollowingTools.0"),
            (slack(proxyConfig={"proxyUrl": "nonsense"}), "authConfig.proxyConfig.proxyUrl"),
            (slack(proxyConfig={"proxyUrl": "http://10.1.2.3/"}), "authConfig.proxyConfig.proxyUrl"),
            (slack(proxyConfig="x"), "authConfig.proxyConfig"),
            (slack(rawCredentials="always"), "authConfig.rawCredentials"),
        ],
    )
    def test_bad_input_is_refused_by_its_name(self, caller: Caller, body: dict[str, Any], field: str) -> None:
        problem_of(caller.post("auth_configs", body), 400, field)
        assert not AuthConfig.objects.exists()


class TestManaged:
    @pytest.fixture(autouse=True)
    def _operators_client(self, tmp_path: Path, settings: Any) -> None:
        path = tmp_path / "clients.toml"
        path.write_text('[slack]\nclient_id = "operators"\nclient_secret = "operators-secret-99"\n')
        settings.FLOWRA_MANAGED_CLIENTS = str(path)

    def test_the_operators_client_is_used_and_not_shown(self, caller: Caller) -> None:
        from authconfigs.actions.managed_clients import registration_of

        told = created(caller, slack(type="use_provider_managed_auth", credentials={"scopes": ["team:read"]}))
        assert told["isProviderManaged"] is True
        assert told["credentials"] == {"scopes": ["team:read"]}
        registration = registration_of(AuthConfig.objects.get(pk=told["id"]))
        assert (registration.client_id, registration.client_secret) == ("operators", "operators-secret-99")
        assert "operators-secret" not in repr(registration)

    def test_a_client_of_ones_own_does_not_go_with_it(self, caller: Caller) -> None:
        body = slack(type="use_provider_managed_auth")
        problem_of(caller.post("auth_configs", body), 400, "authConfig.credentials.client_id")

    def test_a_service_without_one_is_refused(self, caller: Caller) -> None:
        body = {"toolkit": {"slug": "github"}, "authConfig": {"type": "use_provider_managed_auth"}}
        problem_of(caller.post("auth_configs", body), 400, "authConfig.type")
