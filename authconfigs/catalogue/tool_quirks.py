"""The few tools whose arguments do not go into the request as they are: plain functions, named by a tool's data."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from flowra.errors import InvalidInput

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolQuirk:
    """`makes` are the names of what `make` adds to the arguments for the request's templates; it takes those named in
    `takes`. `make` raises InvalidInput naming `arguments.…`.
    """

    takes: tuple[str, ...]
    makes: tuple[str, ...]
    make: Callable[[Values], dict[str, Any]]


def as_raw_message(arguments: Values) -> dict[str, Any]:
    """Gmail takes a whole message (RFC 5322) in base64url, with its parts' encodings and all.

    https://developers.google.com/workspace/gmail/api/guides/sending
    """
    message = EmailMessage(policy=SMTP)
    headers = (("To", "to"), ("Cc", "cc"), ("Bcc", "bcc"), ("Subject", "subject"))
    for header, name in headers:
        value = arguments.get(name)
        if not value:
            continue
        try:
            message[header] = ", ".join(value) if isinstance(value, list) else value
        except (ValueError, MessageError, LookupError, AttributeError) as error:
            raise InvalidInput.field(f"arguments.{name}", "cannot stand in a message's header") from error
    try:
        message.set_content(arguments.get("body", ""))
        if arguments.get("html"):
            message.add_alternative(arguments["html"], subtype="html")
        raw = message.as_bytes()
    except (ValueError, MessageError, LookupError, AttributeError) as error:
        raise InvalidInput.field("arguments.body", "cannot be written as a message") from error
    return {"raw": base64.urlsafe_b64encode(raw).decode()}


QUIRKS: dict[str, ToolQuirk] = {
    "as_raw_message": ToolQuirk(("to", "cc", "bcc", "subject", "body", "html"), ("raw",), as_raw_message),
}
