"""What a token endpoint's answer to a made-up code tells: does it know the client, and is it a token endpoint at all?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from flowra.outbound import Answer
from flowra.redaction import without

from .check_redirect_uri import REDIRECT_REFUSED
from .found_wrong import NOTHING_THERE, Check, troubled

# RFC 6749, 5.2; the rest are GitHub's and Slack's words for the same.
CODE_REFUSED = frozenset({"invalid_grant", "bad_verification_code", "invalid_code"})
CLIENT_REFUSED = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "incorrect_client_credentials",
        "bad_client_secret",
        "invalid_client_id",
    }
)
MAX_WORDS = 300
_WHAT = "The token endpoint"


def judged_token_answer(answer: Answer, *, is_own: bool, sent: Iterable[str]) -> Check:
    """The check `client`. `is_own`: the address is one that people typed; `sent` are the secrets that went there."""
    told = _told_in(answer)
    error = _error_in(told)
    words = without(_sentence_in(told), sent)[:MAX_WORDS]
    # GitHub has nothing to say to a client that it does not know: 404, in JSON.
    unknown_there = answer.status == 404 and bool(told) and not is_own
    if error in CLIENT_REFUSED or (error is None and answer.status == 401) or unknown_there:
        refused = "The service does not accept this client id and secret."
        return Check("client", "failed", refused, error, "here", "client", words)
    if error in CODE_REFUSED or error in REDIRECT_REFUSED:
        return Check("client", "passed", "The service knows this client.", error)
    trouble = troubled("client", _WHAT, answer)
    if trouble is not None:
        return trouble
    no_endpoint = _no_endpoint(answer, told)
    if no_endpoint:
        return Check("client", "failed", no_endpoint, error, "here" if is_own else "service", "address")
    unclear = f"{_WHAT} answers; whether it knows the client cannot be told."
    return Check("client", "unknown", unclear, error, provider_words=words)


def _no_endpoint(answer: Answer, told: Mapping[str, Any]) -> str:
    """Why what is at the address cannot be a token endpoint; empty where it may be one. It answers a POST itself, in JSON
    (RFC 6749, 5.1 and 5.2; GitHub in a form).
    """
    if 300 <= answer.status < 400:
        return "The token endpoint's address leads elsewhere: it redirects, and no code is sent after it."
    if answer.status in NOTHING_THERE and not told:
        return f"There is no token endpoint at its address: it answers with status {answer.status}."
    if answer.status < 300 and _is_page(answer):
        return "At the token endpoint's address is a web page, and not what answers apps."
    return ""


def _is_page(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").lower().startswith(
        ("text/html", "application/xhtml")
    ) or answer.content[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))


def _told_in(answer: Answer) -> Mapping[str, Any]:
    """What it says, as JSON or as a form; empty for anything else."""
    text = answer.content.decode("utf-8", "replace")
    try:
        parsed: Any = json.loads(text)
    except (ValueError, RecursionError):
        if _is_page(answer):
            return {}
        parsed = {name: values[0] for name, values in parse_qs(text[:10_000], max_num_fields=None).items()}
    return parsed if isinstance(parsed, dict) else {}


def _error_in(told: Mapping[str, Any]) -> str | None:
    """Its `error` when it is a plain word, or the word within, where a service nests it."""
    error = told.get("error")
    if isinstance(error, dict):
        error = next(
            (error[name] for name in ("code", "type", "error") if isinstance(error.get(name), str)), None
        )
    return error if isinstance(error, str) and len(error) <= 100 and error.isprintable() else None


def _sentence_in(told: Mapping[str, Any]) -> str:
    nested = told.get("error")
    for place in (told, nested if isinstance(nested, dict) else {}):
        for name in ("error_description", "message"):
            words = place.get(name)
            if isinstance(words, str) and words.strip():
                return " ".join(words.split())
    return ""
