"""Executing a tool while the service or the grant is in trouble: what the caller is told, and what is kept of it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from accounts.actions.execute_tool import Execution, execute_tool
from accounts.models import Status, ToolExecution
from flowra.redaction import MASK
from tests.accounts.acme import reread
from tests.accounts.at_once import at_once
from tests.accounts.later import run_out
from tests.accounts.tool_desk import ToolDesk
from tests.authconfigs.own_tool import own_tool
from tests.caller import problem_of
from tests.factories import make_external_user

pytestmark = pytest.mark.both_databases
SEARCH = "GMAIL_SEARCH_EMAILS"


def renewals(tools: ToolDesk) -> int:
    """How often a token was renewed."""
    return sum(call.request.form.get("grant_type") == "refresh_token" for call in tools.calls())


def searches(tools: ToolDesk) -> list[int]:
    """The statuses of the calls that did what the tool is for."""
    return [call.status for call in tools.calls() if call.path.endswith("/messages")]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("reset", 502, "provider_unreachable"),
        ("half", 502, "provider_unreachable"),
        ("garbage", 502, "provider_answer_unusable"),
        ("huge", 502, "provider_unreachable"),
        ("hang", 504, "provider_timeout"),
        ("drip", 504, "provider_timeout"),
    ],
)
def test_a_service_in_trouble_is_told_and_logged_and_asked_once(
    tools: ToolDesk, monkeypatch: pytest.MonkeyPatch, kind: str, status: int, code: str
) -> None:
    monkeypatch.setattr("flowra.outbound.TOTAL_SECONDS", 0.7)
    account = tools.connected("gmail")
    tools.provider.fail("/gmail.googleapis.com/*", kind, seconds=3)
    told = problem_of(tools.execute(SEARCH, {"q": "x"}), status)
    assert told["code"] == code
    log = ToolExecution.objects.get()
    assert (log.successful, log.account_id, log.error) == (False, account.pk, told["message"])
    assert reread(account).status == Status.ACTIVE
    assert tools.execute(SEARCH, {"q": "x"}).json()["successful"] is True


def test_a_token_that_ran_out_is_renewed_before_the_call(tools: ToolDesk) -> None:
    account = tools.connected("gmail")
    run_out(account)
    assert tools.execute(SEARCH, {"q": "x"}).json()["successful"] is True
    assert (renewals(tools), searches(tools)) == (1, [200])


def test_a_grant_that_is_gone_is_told_with_how_to_connect_again(tools: ToolDesk) -> None:
    account = tools.connected("gmail")
    tools.provider.end_grant(tools.provider.grants[-1])
    told = problem_of(tools.execute(SEARCH, {"q": "x"}), 409)
    assert told["code"] == "account_expired"
    assert told["reconnect"]["body"]["connectedAccountId"] == account.pk
    assert (searches(tools), reread(account).status) == ([401], Status.EXPIRED)
    log = ToolExecution.objects.get()
    assert (log.successful, log.status, log.error) == (False, None, told["message"])
    again = problem_of(tools.execute(SEARCH, {"q": "x"}), 409)
    assert (again["code"], again["reconnect"]) == ("no_connected_account", told["reconnect"])
    assert searches(tools) == [401]


def test_a_refused_call_whose_token_cannot_be_renewed_now_is_told_as_the_service_told_it(
    tools: ToolDesk,
) -> None:
    account = tools.connected("gmail")
    tools.provider.fail("/gmail.googleapis.com/*", "status", status=401)
    tools.provider.fail("*/token", "status", status=503)
    told = tools.execute(SEARCH, {"q": "x"}).json()
    assert (told["successful"], "status 401" in told["error"]) == (False, True)
    assert searches(tools) == [401]
    assert reread(account).status == Status.ACTIVE


def test_a_service_that_repeats_the_token_does_not_bring_it_into_words_or_logs(tools: ToolDesk) -> None:
    """One that does not look like a token: it is known by having been sent."""
    account = tools.connected("gitlab")
    token = account.credential.secrets["access_token"]
    request = {"method": "GET", "url": "/user"}
    body = own_tool(slug="GITLAB_ME", toolkitSlug="gitlab", inputSchema={}, request=request)
    body["answer"] = {"error": ["message"]}
    assert tools.api.post("tools", body).status_code == 201
    words = json.dumps({"message": f"{token} is not what we expected"})
    tools.provider.fail("/gitlab.com/*", "body", words=words, status=422, content_type="application/json")
    told = tools.execute("GITLAB_ME").json()
    assert told["error"] == f"GitLab answered with status 422: {MASK} is not what we expected"
    assert ToolExecution.objects.get().error == told["error"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_a_token_that_ran_out_one_renews_it(tools: ToolDesk) -> None:
    account = tools.connected("gmail")
    run_out(account)
    user = make_external_user(tools.project)
    search: Any = partial(execute_tool, tools.project, SEARCH, {"q": "x"}, user=user)
    results = at_once(*[search] * 6)
    assert all(isinstance(each, Execution) and each.error is None for each in results), results
    assert (renewals(tools), searches(tools)) == (1, [200] * 6)
    assert ToolExecution.objects.filter(account=account, successful=True).count() == 6


@pytest.mark.django_db(transaction=True)
def test_many_at_once_whose_token_is_refused_renew_it_once(tools: ToolDesk) -> None:
    account = tools.connected("gmail")
    tools.provider.expire(account.credential.secrets["access_token"])
    user = make_external_user(tools.project)
    search: Any = partial(execute_tool, tools.project, SEARCH, {"q": "x"}, user=user)
    results = at_once(*[search] * 4)
    assert all(isinstance(each, Execution) and each.error is None for each in results), results
    assert renewals(tools) == 1
