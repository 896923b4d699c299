"""`GET, PATCH, DELETE auth_configs/{id}`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from authconfigs.models import AuthConfig
from flowra.models import Event
from flowra.redaction import MASK
from tests.authconfigs.slack_app import SECRET, created
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def caller() -> Caller:
    return make_caller()


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
                "restrictToFollowingTools": ["SLACK_SEND_MESSAGE", "SLACK_SEND_MESSAGE"],
            },
        ).json()["data"]
        assert told["displayName"] == told["name"]
        assert (told["status"], told["rawCredentials"], told["restrictToFollowingTools"]) == (
            "ENABLED",
            "never",
            ["SLACK_SEND_MESSAGE"],
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
