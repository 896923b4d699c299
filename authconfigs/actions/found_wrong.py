"""What a test of an auth config can find: one thing tried, what came of it, and which side a failure is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowra import outbound
from flowra.errors import FlowraError

from .check_redirect_uri import Outcome

Side = Literal["here", "console", "service"]
Cause = Literal[
    "client",  # the service does not know the client
    "redirect",  # or the redirect URI
    "scope",  # or a scope
    "address",  # what is at the address is not what should be there
    "name",  # the address's host does not resolve
    "inward",  # the address may not be called from here
    "certificate",
    "down",  # nobody answers
    "slow",
    "trouble",  # 5xx
    "busy",  # it was asked too often
]

# At these statuses there is nothing that could be asked (RFC 9110, 15.5.5, 15.5.6, 15.5.11, 15.6.2).
NOTHING_THERE = frozenset({404, 405, 410, 501})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `provider_error` is the service's own word, `provider_words` its sentence to it.

    `to_mend` says which side a failure is on: `here` (what is stored in Flowra), `console` (what is registered at the
    service) or `service` (it cannot be reached, or is in trouble). `cause` is also told of what is not a failure yet.
    """

    name: str
    outcome: Outcome
    message: str
    provider_error: str | None = None
    to_mend: Side | None = None
    cause: Cause | None = None
    provider_words: str = ""


def unreached(name: str, error: FlowraError, *, is_own: bool) -> Check:
    """The check for a call that ended without an answer. `is_own`: the address is one that people typed."""
    side: Side = "here" if is_own else "service"
    match error:
        case outbound.HostUnknown():
            return Check(name, "failed", "Its host does not resolve.", to_mend=side, cause="name")
        case outbound.HostInward():
            words = "Its host is not on the public internet, and this Flowra calls nothing else."
            return Check(name, "failed", words, to_mend=side, cause="inward")
        case outbound.OutboundRefused():
            words = f"Its address {error.message}."
            return Check(name, "failed", words, to_mend=side, cause="address")
        case outbound.OutboundTimedOut():
            return Check(name, "failed", error.message, to_mend="service", cause="slow")
        case outbound.OutboundFailed() if error.untrusted:
            return Check(name, "failed", error.message, to_mend="service", cause="certificate")
    return Check(name, "failed", error.message, to_mend="service", cause="down")


def troubled(name: str, what: str, answer: outbound.Answer) -> Check | None:
    """The check for an answer that says no more than that the service cannot answer now; None for any other."""
    if answer.status == 429:
        wait = f" It wants to be left alone for {answer.retry_after} seconds." if answer.retry_after else ""
        return Check(
            name, "unknown", f"{what} was asked too often just now.{wait}", to_mend="service", cause="busy"
        )
    if answer.status >= 500 and answer.status not in NOTHING_THERE:
        words = f"{what} answers with status {answer.status}."
        return Check(name, "failed", words, to_mend="service", cause="trouble")
    return None
