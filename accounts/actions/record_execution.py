"""The log of what a tool did: written after the call, whatever became of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError

from accounts.models import ConnectedAccount, ExternalUser, ToolExecution
from authconfigs.catalogue.tool import Tool
from flowra.redaction import scrub, scrub_text

logger = logging.getLogger(__name__)

MAX_TEXT = 300
MAX_ENTRIES = 20
MAX_DEPTH = 6
MAX_ARGUMENTS = 10_000
CUT = "…"


def record_execution(
    tool: Tool,
    account: ConnectedAccount,
    user: ExternalUser | None,
    arguments: Mapping[str, Any],
    *,
    status: int | None,
    error: str | None,
    seconds: float,
) -> str | None:
    """Writes it and answers its id; None where the database does not take it, as the call is made and its answer must
    not be lost with the log.
    """
    execution = ToolExecution(
        project_id=account.project_id,
        account_id=account.pk,
        external_user_id=user.pk if user is not None else account.external_user_id,
        tool_slug=tool.slug,
        toolkit_slug=tool.toolkit,
        successful=error is None,
        status=status,
        duration_ms=round(seconds * 1000),
        error=scrub_text(error or "")[:500],
        arguments=kept(arguments),
    )
    try:
        execution.save(force_insert=True)
    except DatabaseError:
        logger.exception("The log of a tool's execution could not be written.")
        return None
    return execution.pk


def kept(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with what looks like a secret masked and what is long cut."""
    cut = {name: _cut(value, 1) for name, value in scrub(arguments).items()}
    if len(json.dumps(cut)) <= MAX_ARGUMENTS:
        return cut
    return {
        name: value if value is None or isinstance(value, bool | int | float) else CUT
        for name, value in cut.items()
    }


def _cut(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + CUT
    if isinstance(value, Mapping | list) and depth >= MAX_DEPTH:
        return CUT if value else value
    if isinstance(value, Mapping):
        shown = {
            str(name)[:MAX_TEXT]: _cut(each, depth + 1) for name, each in list(value.items())[:MAX_ENTRIES]
        }
        return shown if len(value) <= MAX_ENTRIES else {**shown, CUT: f"{len(value) - MAX_ENTRIES} more"}
    if isinstance(value, list):
        entries = [_cut(each, depth + 1) for each in value[:MAX_ENTRIES]]
        return entries if len(value) <= MAX_ENTRIES else [*entries, f"{CUT} {len(value) - MAX_ENTRIES} more"]
    return value
