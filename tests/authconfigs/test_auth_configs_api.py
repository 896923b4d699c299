"""`auth_configs`: how the app is registered at services."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from authconfigs.models import AuthConfig
from flowra.models import Event
from flowra.redaction import MASK
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_toolkit

pytestmark = pytest.mark.django_db

SECRET = "not-a-real-secret-1234"


@pytest.fixture
def caller() -> Caller:
    return make_caller()


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


class TestList:
    def test_it_has_the_projects_own_newest_first_and_hides_the_switched_off(self, caller: Caller) -> None:
        first, second = created(caller)["id"], created(caller)["id"]
        off = make_auth_config(caller.project, is_disabled=True)
        make_auth_config(make_caller().project)
        told = caller.get("auth_configs").json()
        assert [each["id"] for each in told["data"]] == [second, first]
        assert (told["total"], told["page"], told["totalPages"], told["nextCursor"]) == (2, 1, 1, None)
        assert {each["id"] for each in caller.get("auth_configs?showDisabled=True").json()["data"]} == {
            first,
            second,
            off.pk,
        }

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=BILLING", ["github"]),
            ("search=git", ["github"]),
            ("q=billing&search=slack", []),
            ("q=google calendar", ["google-calendar"]),
            ("toolkitSlug=slack", ["slack"]),
            ("toolkitSlug=slack,github", ["github", "slack"]),
            ("toolkitSlug=nothing", []),
            ("provider=slack", ["slack"]),
            ("provider=managed", ["google-calendar"]),
            ("provider=custom", ["github", "slack"]),
            ("q=100%25", []),
            ("q=_", []),
        ],
    )
    def test_each_filter_narrows(self, caller: Caller, query: str, expected: list[str]) -> None:
        make_auth_config(caller.project, "slack", name="slack-aaaaaa")
        make_auth_config(caller.project, "github", name="github-bbbbbb", display_name="For Billing")
        make_auth_config(
            caller.project, "google-calendar", name="google-calendar-cccccc", is_provider_managed=True
        )
        told = caller.get(f"auth_configs?{query}&sortBy=toolkitSlug&sortOrder=asc").json()
        assert [each["toolkit"]["slug"] for each in told["data"]] == expected

    def test_numbered_pages_and_cursors_walk_the_same_list(self, caller: Caller) -> None:
        made = [make_auth_config(caller.project) for _ in range(7)]
        same = timezone.now() - timedelta(days=1)
        AuthConfig.objects.filter(pk__in=[each.pk for each in made[:5]]).update(created_at=same)
        numbered = [
            each["id"]
            for page in (1, 2, 3)
            for each in caller.get(f"auth_configs?limit=3&page={page}").json()["data"]
        ]
        walked: list[str] = []
        cursor = ""
        while True:
            told = caller.get("auth_configs?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
            walked += [each["id"] for each in told["data"]]
            cursor = told["nextCursor"]
            if cursor is None:
                break
        assert sorted(walked) == sorted(each.pk for each in made)
        assert walked == numbered

    def test_a_cursor_of_another_query_is_refused(self, caller: Caller) -> None:
        for _ in range(3):
            make_auth_config(caller.project)
        cursor = caller.get("auth_configs?limit=1").json()["nextCursor"]
        assert caller.get(f"auth_configs?limit=1&cursor={cursor}").status_code == 200
        for query in (
            f"cursor={cursor}&q=git",
            "cursor=garbage",
            f"cursor={cursor}x",
            f"cursor={cursor}&page=2",
            f"cursor={cursor}&sortBy=name",
            f"cursor={cursor}&sortOrder=asc",
        ):
            problem_of(caller.get(f"auth_configs?{query}"), 400, "cursor")
        other = make_caller()
        make_auth_config(other.project)
        problem_of(other.get(f"auth_configs?limit=1&cursor={cursor}"), 400, "cursor")

    def test_fields_reduce_an_entry(self, caller: Caller) -> None:
        created(caller)
        (entry,) = caller.get("auth_configs?fields=id,status").json()["data"]
        assert entry.keys() == {"id", "status"}

    def test_a_long_list_takes_no_more_queries_than_a_short_one(
        self, caller: Caller, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(30):
            make_account(make_auth_config(caller.project))
        with django_assert_max_num_queries(6):
            told = caller.get("auth_configs?limit=30").json()
        assert [each["connectionCount"] for each in told["data"]] == [1] * 30

    @pytest.mark.parametrize(
        "query", ["limit=0", "toolkit=slack", "sortBy=secrets", "page=-1", "showDisabled=maybe"]
    )
    def test_bad_parameters_are_refused(self, caller: Caller, query: str) -> None:
        problem_of(caller.get(f"auth_configs?{query}"), 400, query.split("=")[0])


class TestOne:
    def test_another_projects_is_a_404_whatever_is_done_to_it(self, caller: Caller) -> None:
        other = make_auth_config(make_caller().project)
        for answer in (
            caller.get(f"auth_configs/{other.pk}"),
            caller.patch(f"auth_configs/{other.pk}", {"isDisabled": True}),
            caller.delete(f"auth_configs/{other.pk}?force=true"),
            caller.post(f"auth_configs/{other.pk}/test"),
        ):
            problem_of(answer, 404)
        other.refresh_from_db()
        assert (other.is_disabled, other.deleted_at) == (False, None)

    def test_the_count_is_of_the_live_accounts(self, caller: Caller) -> None:
        auth_config = make_auth_config(caller.project)
        make_account(auth_config)
        make_account(auth_config, deleted_at=timezone.now())
        assert caller.get(f"auth_configs/{auth_config.pk}").json()["data"]["connectionCount"] == 1


class TestChange:
    def test_what_is_sent_changes_and_nothing_else(self, caller: Caller) -> None:
        made = created(caller)
        told = caller.patch(f"auth_configs/{made['id']}", {"displayName": "Beta", "isDisabled": True}).json()[
            "data"
        ]
        assert (told["displayName"], told["isDisabled"], told["status"]) == ("Beta", True, "DISABLED")
        assert told["credentials"] == made["credentials"]
        told = caller.patch(
            f"auth_configs/{made['id']}",
            {
                "displayName": None,
                "isDisabled": "false",
                "rawCredentials": "never",
                "restrictToFollowingTools": ["a", "a"],
            },
        ).json()["data"]
        assert told["displayName"] == told["name"]
        assert (told["status"], told["rawCredentials"], told["restrictToFollowingTools"]) == (
            "ENABLED",
            "never",
            ["a"],
        )

    def test_credentials_are_laid_over_and_a_mask_sent_back_changes_nothing(self, caller: Caller) -> None:
        made = created(caller)
        path = f"auth_configs/{made['id']}"
        shown = caller.get(path).json()["data"]["credentials"]
        caller.patch(path, {"credentials": {**shown, "client_id": "new"}})
        stored = AuthConfig.objects.get(pk=made["id"])
        assert (stored.settings["client_id"], stored.secrets) == ("new", {"client_secret": SECRET})
        caller.patch(path, {"credentials": {"client_secret": "another-secret-5678", "scopes": None}})
        told = caller.get(path).json()["data"]["credentials"]
        assert told["client_secret"] == f"{MASK}5678"
        assert told["scopes"] == ["users:read", "users:read.email"]

    def test_somebody_elses_mask_is_no_secret(self, caller: Caller) -> None:
        path = f"auth_configs/{created(caller)['id']}"
        problem_of(
            caller.patch(path, {"credentials": {"client_secret": f"{MASK}9999"}}),
            400,
            "credentials.client_secret",
        )

    def test_a_needed_value_cannot_be_taken_away(self, caller: Caller) -> None:
        path = f"auth_configs/{created(caller)['id']}"
        problem_of(
            caller.patch(path, {"credentials": {"client_secret": None}}), 400, "credentials.client_secret"
        )

    def test_the_trail_says_what_changed_and_no_secret(self, caller: Caller) -> None:
        path = f"auth_configs/{created(caller)['id']}"
        caller.patch(path, {"displayName": "Acme's Slack app"})
        assert not Event.objects.filter(type="auth_config.updated").exists()
        caller.patch(path, {"isDisabled": True, "credentials": {"client_secret": "another-secret-5678"}})
        event = Event.objects.get(type="auth_config.updated")
        assert event.data["changed"] == ["credentials", "isDisabled"]
        assert event.data["isDisabled"] is True
        assert "5678" not in json.dumps(event.data)

    def test_two_at_once_lose_neither_change(self, caller: Caller) -> None:
        from authconfigs.actions.update_auth_config import update_auth_config
        from flowra.events.record import SYSTEM

        made = created(caller)
        mine = AuthConfig.live.select_related("project").get(pk=made["id"])
        theirs = AuthConfig.live.select_related("project").get(pk=made["id"])
        update_auth_config(theirs, SYSTEM, credentials={"client_id": "theirs"})
        update_auth_config(mine, SYSTEM, credentials={"client_secret": "mine-secret-0001"})
        stored = AuthConfig.objects.get(pk=made["id"])
        assert (stored.settings["client_id"], stored.secrets["client_secret"]) == (
            "theirs",
            "mine-secret-0001",
        )

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"displayname": "x"}, "displayname"),
            ({"authScheme": "API_KEY"}, "authScheme"),
            ({"isDisabled": None}, "isDisabled"),
            ({"isDisabled": 2}, "isDisabled"),
            ({"credentials": []}, "credentials"),
            ({"credentials": {"nope": "x"}}, "credentials.nope"),
            ({"proxyConfig": {"proxyUrl": "http://169.254.169.254/"}}, "proxyConfig.proxyUrl"),
            ({"restrictToFollowingTools": [""]}, "restrictToFollowingTools.0"),
        ],
    )
    def test_bad_input_is_refused_by_its_name(self, caller: Caller, body: dict[str, Any], field: str) -> None:
        made = created(caller)
        problem_of(caller.patch(f"auth_configs/{made['id']}", body), 400, field)
        assert caller.get(f"auth_configs/{made['id']}").json()["data"] == made


class TestDelete:
    def test_an_unused_one_is_gone_at_once_and_once(self, caller: Caller) -> None:
        path = f"auth_configs/{created(caller)['id']}"
        assert caller.delete(path).json()["success"] is True
        problem_of(caller.get(path), 404)
        problem_of(caller.delete(path), 404)
        assert caller.get("auth_configs?showDisabled=true").json()["total"] == 0
        assert Event.objects.filter(type="auth_config.deleted").count() == 1

    def test_one_that_is_used_is_a_409_with_the_count(self, caller: Caller) -> None:
        auth_config = make_auth_config(caller.project)
        for _ in range(3):
            make_account(auth_config)
        told = problem_of(caller.delete(f"auth_configs/{auth_config.pk}"), 409)
        assert told["message"].startswith("3 connected accounts")
        assert told["connectionCount"] == 3
        assert caller.get(f"auth_configs/{auth_config.pk}").status_code == 200
        problem_of(caller.delete(f"auth_configs/{auth_config.pk}?force=false"), 409)

    def test_with_force_all_its_accounts_are_revoked(self, caller: Caller) -> None:
        from accounts.models import Revocation

        auth_config = make_auth_config(caller.project)
        accounts = [make_account(auth_config, secrets={"access_token": "t"}) for _ in range(2)]
        other = make_account(make_auth_config(caller.project))
        assert "2 accounts" in caller.delete(f"auth_configs/{auth_config.pk}?force=True").json()["message"]
        assert set(Revocation.objects.values_list("account_id", flat=True)) == {each.pk for each in accounts}
        other.refresh_from_db()
        assert other.deleted_at is None
