"""Token answers as they are in the wild: one writer, many hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .message import Reply, as_json
from .records import AnswerStyle


def write_answer(
    payload: Mapping[str, Any], status: int, style: AnswerStyle, headers: list[tuple[str, str]] | None = None
) -> Reply:
    """The token endpoint's `payload` (a success, or an error with its `status`) written in `style`."""
    if "error" in payload and style.errors_as_200:
        status = 200
    answer = {name: value for name, value in payload.items() if name not in style.omit}
    if style.expires_in_as_text and "expires_in" in answer:
        answer["expires_in"] = str(answer["expires_in"])
    if isinstance(answer.get("scope"), str):
        answer["scope"] = style.scope_separator.join(answer["scope"].replace(",", " ").split())
    if style.form_encoded:
        flat = {name: value for name, value in answer.items() if isinstance(value, (str, int, float))}
        kind = style.content_type or "application/x-www-form-urlencoded; charset=utf-8"
        return Reply(
            status, urlencode(flat).encode(), [("Content-Type", kind), ("Cache-Control", "no-store")]
        )
    if style.nested_under and "error" not in answer:
        answer = {"ok": True, style.nested_under: answer}
    reply = as_json(answer, status, [pair for pair in headers or [] if pair[0] == "WWW-Authenticate"])
    if style.content_type:
        reply.headers = [("Content-Type", style.content_type), *reply.headers[1:]]
    return reply
