"""`tools/execute` and `tools/execution-logs`: what is done through accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers

from accounts.actions.execute_tool import execute_tool
from accounts.api.acting import acting_user
from accounts.api.shapes import AnySerializer, UserOfAccount
from accounts.models import ToolExecution
from flowra.api.body import Body, ObjectField, TextField, read_body
from flowra.api.pages import DEFAULT_LIMIT, MAX_LIMIT, MAX_PAGE, Window, page_answer
from flowra.api.query import Flag, Number, Query, Text
from flowra.api.rendering import instant, json_answer
from flowra.api.schema import endpoint, page_of
from flowra.api.views import ApiRequest, ApiView

if TYPE_CHECKING:
    Executions = QuerySet[ToolExecution, Any]

LOGS_QUERY = Query(
    Number("page", 1, MAX_PAGE, 1, "Which page, from 1."),
    Number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT, "How many on a page."),
    Text("toolSlug", "Only of this tool.", 100, narrows=True),
    Text("connectedAccountId", "Only through this account.", 100, narrows=True),
    Flag("successful", description="Only what worked, or only what did not."),
)


class ExecuteToolGiven(Body):
    """Arguments as the tool's `inputSchema` describes them; the account, where the user has several."""

    connectedAccountId = TextField(required=False, allow_null=True, max_length=100)
    arguments = ObjectField(required=False, allow_null=True)


class ExecutionAnswer(AnySerializer):
    """What the service answered; `error` says in few words why it did not work."""

    data = serializers.JSONField(allow_null=True)  # type: ignore[assignment]
    error = serializers.CharField(allow_null=True)
    successful = serializers.BooleanField()
    logId = serializers.CharField(
        allow_null=True, help_text="In `execution-logs`; null where no log could be written."
    )


class ExecutionShown(AnySerializer):
    """What a tool did; `arguments` are masked and cut."""

    id = serializers.CharField()
    toolSlug = serializers.CharField()
    toolkitSlug = serializers.CharField()
    connectedAccountId = serializers.CharField()
    externalUser = UserOfAccount()
    successful = serializers.BooleanField()
    status = serializers.IntegerField(allow_null=True, help_text="The service's; null where it gave none.")
    durationMs = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)
    arguments = serializers.DictField()
    createdAt = serializers.DateTimeField()


EXECUTIONS = page_of("ToolExecution", ExecutionShown(many=True))


class ExecuteTool(ApiView):
    """Doing it."""

    scopes: ClassVar = {"POST": "tools:execute"}
    bodies: ClassVar = {"POST": ExecuteToolGiven}

    @endpoint(answers=ExecutionAnswer, fails=(404, 409, 413, 415, 502, 504))
    def post(self, request: ApiRequest, slug: str) -> HttpResponse:
        """Executes the tool through the account named, or through the acting user's only one.

        What the service refuses is a 200 with `successful: false`. A 409 `no_connected_account` or
        `several_connected_accounts` lists what there is under `connectedAccounts`, and one that has run out comes with
        the call that connects it again under `reconnect`.
        """
        given = read_body(request, ExecuteToolGiven)
        execution = execute_tool(
            request.project,
            slug,
            given.get("arguments") or {},
            user=acting_user(request),
            account_id=given.get("connectedAccountId"),
            actor=request.actor,
        )
        return json_answer(
            {
                "data": execution.data,
                "error": execution.error,
                "successful": execution.error is None,
                "logId": execution.log_id,
            }
        )


class ExecutionLogs(ApiView):
    """What tools did, as long as the operator keeps it (FLOWRA_EXECUTION_LOG_DAYS, 30); with `x-username`, what they did for that user."""

    scopes: ClassVar = {"GET": "configs:read"}
    query: ClassVar = {"GET": LOGS_QUERY}

    @endpoint(answers=EXECUTIONS)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of executions, newest first."""
        asked = request.query
        window = Window((asked["page"] - 1) * asked["limit"], asked["limit"])
        found = _filtered(_seen_by(request), asked)
        rows = window.of(found.select_related("external_user").order_by("-created_at", "-id"))
        return page_answer(
            [present_execution(each) for each in rows],
            total=found.count(),
            window=window,
            message="Executions.",
        )


def _seen_by(request: ApiRequest) -> Executions:
    acting = acting_user(request)
    found = ToolExecution.objects.filter(project_id=request.key.project_id)
    return found if acting is None else found.filter(external_user_id=acting.pk)


def _filtered(found: Executions, asked: dict[str, Any]) -> Executions:
    if asked["toolSlug"]:
        found = found.filter(tool_slug=asked["toolSlug"].upper())
    if asked["connectedAccountId"]:
        found = found.filter(account_id=asked["connectedAccountId"])
    if asked["successful"] is not None:
        found = found.filter(successful=asked["successful"])
    return found


def present_execution(execution: ToolExecution) -> dict[str, Any]:
    """One of them as the API shows it."""
    return {
        "id": execution.pk,
        "toolSlug": execution.tool_slug,
        "toolkitSlug": execution.toolkit_slug,
        "connectedAccountId": execution.account_id,
        "externalUser": {"id": execution.external_user_id, "name": execution.external_user.name},
        "successful": execution.successful,
        "status": execution.status,
        "durationMs": execution.duration_ms,
        "error": execution.error or None,
        "arguments": execution.arguments,
        "createdAt": instant(execution.created_at),
    }
