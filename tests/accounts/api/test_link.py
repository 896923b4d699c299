"""POST connected_accounts/link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import DEFAULT_USER_NAME, ConnectedAccount, ExternalUser, LinkSession
from authconfigs.models import AuthConfig
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def slack(api: Caller) -> AuthConfig:
    """The app's own client at Slack."""
    return make_auth_config(api.project, "slack")


def link(api: Caller, slack: AuthConfig, **wishes: Any) -> dict[str, Any]:
    """A link that is made."""
    answer = api.post("connected_accounts/link", {"authConfigId": slack.pk, **wishes})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.both_databases
def test_it_answers_the_link_and_an_account_that_waits(api: Caller, slack: AuthConfig) -> None:
    made = link(api, slack, callbackUrl="https://acme.example/back")
    assert list(made) == ["linkToken", "redirectUrl", "expiresAt", "connectedAccountId"]
    assert made["redirectUrl"].endswith(f"/connect/{made['linkToken']}")
    assert len(made["linkToken"]) >= 22
    account = api.get(f"connected_accounts/{made['connectedAccountId']}").json()
    assert account["status"] == "INITIALIZING"
    assert account["externalUser"]["name"] == DEFAULT_USER_NAME
    assert not LinkSession.objects.filter(token_hash=made["linkToken"]).exists()


def test_it_is_good_for_ten_minutes_unless_told_otherwise(api: Caller, slack: AuthConfig) -> None:
    for wishes, seconds in (({}, 600), ({"expiresInSeconds": 1}, 1), ({"expiresInSeconds": 86_400}, 86_400)):
        left = datetime.fromisoformat(link(api, slack, **wishes)["expiresAt"]) - timezone.now()
        assert timedelta(seconds=seconds - 5) < left <= timedelta(seconds=seconds)


def test_label_is_short_for_labels(api: Caller, slack: AuthConfig) -> None:
    for wishes, labels in (({"label": "crm"}, ["crm"]), ({"labels": ["a", "b"]}, ["a", "b"]), ({}, [])):
        id = link(api, slack, **wishes)["connectedAccountId"]
        account = api.get(f"connected_accounts/{id}").json()
        assert account["labels"] == labels
        assert account["displayName"] is None


def test_the_user_is_named_by_header_name_or_id(api: Caller, slack: AuthConfig) -> None:
    user = make_external_user(api.project, "sales")
    for caller, wishes in (
        (api.as_user("sales"), {}),
        (api, {"eUID": "sales"}),
        (api, {"eUID": user.pk}),
        (api.as_user("sales"), {"eUID": "sales"}),
        (api.as_user("sales"), {"eUID": user.pk}),
    ):
        id = link(caller, slack, **wishes)["connectedAccountId"]
        assert ConnectedAccount.objects.get(pk=id).external_user_id == user.pk


def test_a_new_name_makes_the_user_and_a_mistyped_id_does_not(api: Caller, slack: AuthConfig) -> None:
    link(api, slack, eUID="brand-new")
    assert ExternalUser.objects.filter(project=api.project, name="brand-new").count() == 1
    other = make_external_user(make_caller().project)
    for id in (other.pk, "eu_01k9z3v8b6n5q2r7t4w1x0y9zz"):
        problem_of(api.post("connected_accounts/link", {"authConfigId": slack.pk, "eUID": id}), 400, "eUID")


def test_two_names_that_differ_are_refused(api: Caller, slack: AuthConfig) -> None:
    answer = api.as_user("sales").post(
        "connected_accounts/link", {"authConfigId": slack.pk, "eUID": "support"}
    )
    problem_of(answer, 400, "eUID")
    assert not ExternalUser.objects.filter(name="support").exists()


def test_a_link_for_an_account_keeps_its_id_and_its_user(api: Caller, slack: AuthConfig) -> None:
    account = make_account(slack, make_external_user(api.project, "sales"))
    assert link(api, slack, connectedAccountId=account.pk)["connectedAccountId"] == account.pk
    assert api.get(f"connected_accounts/{account.pk}").json()["status"] == "ACTIVE"
    body = {"authConfigId": slack.pk, "connectedAccountId": account.pk}
    problem_of(api.as_user("support").post("connected_accounts/link", body), 404)


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"onDuplicate": "ask"}, "onDuplicate"),
        ({"authConfigIds": ["ac_1"]}, "authConfigId"),
        ({"authConfigIds": "ac_1"}, "authConfigIds"),
        ({"authConfigIds": []}, "authConfigIds"),
        ({"authConfigIds": [7]}, "authConfigIds.0"),
        ({"authConfigIds": ["ac_1"] * 51}, "authConfigIds"),
        ({"authConfigId": None}, "authConfigId"),
        ({"authConfigId": 7}, "authConfigId"),
        ({"expiresInSeconds": 0}, "expiresInSeconds"),
        ({"expiresInSeconds": 86_401}, "expiresInSeconds"),
        ({"expiresInSeconds": "soon"}, "expiresInSeconds"),
        ({"expiresInSeconds": 10**400}, "expiresInSeconds"),
        ({"callbackUrl": "https://evil.example/"}, "callbackUrl"),
        ({"callbackUrl": "javascript:alert(1)"}, "callbackUrl"),
        ({"callbackUrl": ["https://acme.example/"]}, "callbackUrl"),
        ({"eUID": "two words"}, "eUID"),
        ({"eUID": "x" * 256}, "eUID"),
        ({"label": "a", "labels": ["b"]}, "label"),
        ({"labels": [["a"]]}, "labels.0"),
        ({"label": "a,b"}, "label"),
        ({"locale": "<script>"}, "locale"),
        ({"scopes": "chat:write"}, "scopes"),
        ({"scopes": ["two words"]}, "scopes"),
        ({"connectionData": []}, "connectionData"),
        ({"connectionData": {"nope": "x"}}, "connectionData.nope"),
        ({"requireConfirmation": "perhaps"}, "requireConfirmation"),
        ({"calbackUrl": "https://acme.example/"}, "calbackUrl"),
    ],
)
def test_a_mistaken_wish_is_refused_by_name_and_makes_nothing(
    api: Caller, slack: AuthConfig, wishes: dict[str, Any], field: str
) -> None:
    problem_of(api.post("connected_accounts/link", {"authConfigId": slack.pk, **wishes}), 400, field)
    assert not ConnectedAccount.objects.exists()


def test_several_auth_configs_leave_the_choice_to_the_person(api: Caller, slack: AuthConfig) -> None:
    github = make_auth_config(api.project, "github")
    wish = {"authConfigIds": [slack.pk, github.pk, slack.pk]}
    made = api.post("connected_accounts/link", wish).json()
    stored = LinkSession.objects.get(account=made["connectedAccountId"])
    assert stored.auth_config_choices == [slack.pk, github.pk]
    shown = api.get(f"connected_accounts/{made['connectedAccountId']}").json()
    assert (shown["status"], shown["authConfig"]["id"]) == ("INITIALIZING", slack.pk)


def test_one_of_several_that_is_alone_is_simply_that_one(api: Caller, slack: AuthConfig) -> None:
    made = api.post("connected_accounts/link", {"authConfigIds": [slack.pk]}).json()
    assert LinkSession.objects.get(account=made["connectedAccountId"]).auth_config_choices == []


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"scopes": ["chat:write"]}, "scopes"),
        ({"connectedAccountId": "ca_1"}, "connectedAccountId"),
        ({"connectionData": {"colour": "red"}}, "connectionData.colour"),
        ({"connectionData": {"subdomain": "no spaces here"}}, "connectionData.subdomain"),
        ({"connectionData": {"api_key": "sk-1"}}, "connectionData.api_key"),
    ],
)
def test_what_belongs_to_one_service_does_not_go_with_several(
    api: Caller, slack: AuthConfig, wishes: dict[str, Any], field: str
) -> None:
    others = [
        make_auth_config(api.project, "zendesk"),
        make_auth_config(api.project, "openai", auth_scheme="API_KEY"),
    ]
    ids = [each.pk for each in (slack, *others)]
    problem_of(api.post("connected_accounts/link", {"authConfigIds": ids, **wishes}), 400, field)
    assert not ConnectedAccount.objects.exists()


def test_each_of_several_must_be_there_and_on(api: Caller, slack: AuthConfig) -> None:
    off = make_auth_config(api.project, "github", is_disabled=True)
    elsewhere = make_auth_config(make_caller().project, "github")
    problem_of(api.post("connected_accounts/link", {"authConfigIds": [slack.pk, off.pk]}), 409)
    problem_of(api.post("connected_accounts/link", {"authConfigIds": [slack.pk, elsewhere.pk]}), 404)
    assert not ConnectedAccount.objects.exists()


def test_another_projects_auth_config_is_unknown(api: Caller) -> None:
    other = make_auth_config(make_caller().project, "slack")
    problem_of(api.post("connected_accounts/link", {"authConfigId": other.pk}), 404)
    problem_of(api.post("connected_accounts/link", {}), 400, "authConfigId")


def test_it_needs_the_scope_to_write(api: Caller, slack: AuthConfig) -> None:
    reader = make_caller(api.project, scopes=["accounts:read"])
    problem_of(reader.post("connected_accounts/link", {"authConfigId": slack.pk}), 403)
