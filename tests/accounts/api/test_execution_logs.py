"""`tools/execution-logs`: what tools did, for whom, without what was secret in it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.actions.prune import prune_old_executions
from accounts.models import ToolExecution
from flowra.redaction import MASK
from tests.accounts.tool_desk import ToolDesk
from tests.caller import make_caller, problem_of
from tests.flowra.test_api_answers_as_described import described

pytestmark = pytest.mark.both_databases
MESSAGE = {"channel": "#general", "text": "Hello"}


@pytest.fixture
def busy(tools: ToolDesk) -> ToolDesk:
    """Two users who sent something: three calls by customer_42, one of which failed, and one by customer_44."""
    tools.connected("slack", "chat:write", "channels:read")
    tools.connected("slack", "chat:write", user="customer_44", person="ops@example.com")
    assert tools.execute("SLACK_SEND_MESSAGE", MESSAGE).json()["successful"] is True
    assert tools.execute("SLACK_SEND_MESSAGE", {**MESSAGE, "channel": "nowhere"}).status_code == 200
    assert tools.execute("SLACK_LIST_CHANNELS").json()["successful"] is True
    other = tools.api.as_user("customer_44")
    assert other.post("tools/execute/SLACK_SEND_MESSAGE", {"arguments": MESSAGE}).status_code == 200
    return tools


def logs(caller: Any, query: str = "") -> list[dict[str, Any]]:
    answer = caller.get(f"tools/execution-logs{query}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


class TestFinding:
    def test_they_come_newest_first_and_say_what_was_done(self, busy: ToolDesk) -> None:
        listing, failed, sent = logs(busy.api)
        assert [listing["toolSlug"], failed["toolSlug"]] == ["SLACK_LIST_CHANNELS", "SLACK_SEND_MESSAGE"]
        assert sent["externalUser"]["name"] == "customer_42"
        assert sent["connectedAccountId"].startswith("ca_")
        assert (sent["toolkitSlug"], sent["status"], sent["successful"]) == ("slack", 200, True)
        assert (sent["error"], sent["arguments"]) == (None, MESSAGE)
        assert sent["durationMs"] >= 0
        assert sent["createdAt"].endswith("Z")
        assert "channel_not_found" in failed["error"]

    def test_they_and_what_was_answered_are_as_described(self, busy: ToolDesk) -> None:
        described(busy.api.get("tools/execution-logs"), "get", "tools/execution-logs")
        good = busy.execute("SLACK_SEND_MESSAGE", MESSAGE)
        bad = busy.execute("SLACK_SEND_MESSAGE", {**MESSAGE, "channel": "nowhere"})
        refused = busy.execute("SLACK_SEND_MESSAGE", {"text": 5})
        for answer in (good, bad, refused):
            described(answer, "post", "tools/execute/{slug}")

    def test_a_user_sees_their_own_and_the_project_all(self, busy: ToolDesk) -> None:
        project = make_caller(busy.project)
        assert len(logs(busy.api)) == 3
        assert [each["externalUser"]["name"] for each in logs(busy.api.as_user("customer_44"))] == [
            "customer_44"
        ]
        assert logs(busy.api.as_user("customer_45")) == []
        assert len(logs(project)) == 4
        assert logs(make_caller()) == []
        theirs = logs(busy.api.as_user("customer_44"))[0]["connectedAccountId"]
        assert logs(busy.api, f"?connectedAccountId={theirs}") == []
        assert len(logs(project, f"?connectedAccountId={theirs}")) == 1

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("?toolSlug=slack_send_message", 2),
            ("?toolSlug=SLACK_LIST_CHANNELS", 1),
            ("?toolSlug=nothing", 0),
            ("?successful=false", 1),
            ("?successful=True", 2),
            ("?successful=true&toolSlug=SLACK_SEND_MESSAGE", 1),
            ("?connectedAccountId=ca_unknown", 0),
        ],
    )
    def test_each_filter_finds_what_it_says(self, busy: ToolDesk, query: str, count: int) -> None:
        assert len(logs(busy.api, query)) == count

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("toolSlugs=x", "toolSlugs"),
            ("succesful=true", "succesful"),
            ("successful=no", "successful"),
            ("toolSlug=", "toolSlug"),
            ("connectedAccountId=%20", "connectedAccountId"),
            ("limit=0", "limit"),
        ],
    )
    def test_a_mistyped_filter_never_widens_a_result(self, tools: ToolDesk, query: str, field: str) -> None:
        problem_of(tools.api.get(f"tools/execution-logs?{query}"), 400, field)

    def test_they_come_in_pages(self, busy: ToolDesk) -> None:
        page = busy.api.get("tools/execution-logs?limit=2&page=2").json()
        assert (page["total"], page["totalPages"], page["hasNextPage"], len(page["data"])) == (3, 2, False, 1)
        whole = [each["id"] for each in logs(busy.api)]
        paged = [each["id"] for page in (1, 2) for each in logs(busy.api, f"?limit=2&page={page}")]
        assert paged == whole

    def test_the_answer_names_its_log(self, busy: ToolDesk) -> None:
        answer = busy.execute("SLACK_SEND_MESSAGE", MESSAGE).json()
        assert logs(busy.api)[0]["id"] == answer["logId"]

    def test_reading_needs_a_key_that_may(self, busy: ToolDesk) -> None:
        told = problem_of(
            make_caller(busy.project, scopes=["tools:execute"]).get("tools/execution-logs"), 403
        )
        assert "configs:read" in told["message"]


class TestKeeping:
    def test_what_looks_like_a_secret_is_masked_and_what_is_long_is_cut(self, tools: ToolDesk) -> None:
        tools.connected("slack", "chat:write")
        blocks = [{"password": "hunter2-hunter2", "note": "Bearer abcdefghijklmnop"}] * 30
        text = "ghp_0123456789abcdef " + "long " * 1_000
        sent = {"channel": "#general", "text": text, "blocks": blocks}
        assert tools.execute("SLACK_SEND_MESSAGE", sent).json()["successful"] is True
        [log] = logs(tools.api)
        kept = json.dumps(log)
        for secret in ("hunter2", "abcdefghijklmnop", "0123456789abcdef"):
            assert secret not in kept
        assert log["arguments"]["text"].startswith(MASK)
        assert len(log["arguments"]["text"]) < 310
        assert log["arguments"]["blocks"][0]["password"] == MASK
        assert len(log["arguments"]["blocks"]) == 21
        [call] = tools.calls()
        assert call.request.json == sent

    def test_nothing_of_the_answer_is_kept(self, tools: ToolDesk) -> None:
        tools.connected("gmail")
        assert "Good morning" in json.dumps(
            tools.execute("GMAIL_READ_EMAIL", {"message_id": "m1"}).json()["data"]
        )
        assert "Good morning" not in json.dumps(logs(tools.api))

    def test_the_service_s_own_words_lose_their_secrets(self, tools: ToolDesk) -> None:
        tools.connected("github", "repo")
        words = json.dumps({"message": "Bad token=ghp_0123456789abcdef for you"})
        tools.provider.fail(
            "/api.github.com/*", "body", words=words, status=422, content_type="application/json"
        )
        tools.execute("GITHUB_LIST_ISSUES", {"owner": "acme", "repo": "site"})
        [log] = logs(tools.api)
        assert log["error"].startswith("GitHub answered with status 422: Bad ")
        assert "0123456789abcdef" not in json.dumps(log)

    def test_a_log_that_cannot_be_written_does_not_lose_the_answer(
        self, tools: ToolDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any, **__: Any) -> None:
            raise DatabaseError("away")

        tools.connected("slack", "chat:write")
        monkeypatch.setattr(ToolExecution, "save", away)
        told = tools.execute("SLACK_SEND_MESSAGE", MESSAGE).json()
        assert (told["successful"], told["logId"]) == (True, None)

    def test_they_stay_when_their_account_is_deleted(self, busy: ToolDesk) -> None:
        account = logs(busy.api)[0]["connectedAccountId"]
        busy.api.delete(f"connected_accounts/{account}")
        assert len(logs(busy.api)) == 3

    def test_they_are_kept_as_long_as_the_operator_says(self, busy: ToolDesk, settings: Any) -> None:
        assert settings.FLOWRA_EXECUTION_LOG_DAYS == 30
        now = timezone.now()
        for days, log in zip((29, 31, 6, 8), ToolExecution.objects.order_by("pk"), strict=True):
            ToolExecution.objects.filter(pk=log.pk).update(created_at=now - timedelta(days=days))
        prune_old_executions()
        assert ToolExecution.objects.count() == 3
        settings.FLOWRA_EXECUTION_LOG_DAYS = 7
        prune_old_executions()
        assert ToolExecution.objects.count() == 1
