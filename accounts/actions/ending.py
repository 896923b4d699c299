"""How a visit to the connect page ended: for the page to show, and for the app's callback URL to carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from accounts.models import ConnectedAccount, LinkSession

Outcome = Literal["success", "failed", "confirm"]
Page = Literal[
    "done",
    "refused",
    "expired",
    "wrong_browser",
    "mismatch",
    "provider_error",
    "provider_down",
    "provider_trouble",
    "app_refused",
    "switched_off",
    "other_identity",
    "duplicate",
    "confirm",
]


@dataclass(frozen=True, slots=True)
class Ending:
    """`error` is a status reason's code, `message` for people; `provider_words` came from outside: escape them.

    `redirect_to` is the app's callback URL with the contract's parameters; None: show our own page. `confirmation_token`
    is for the app alone. `before_and_now` are whose the account was and who signed in, for `other_identity`.
    """

    session: LinkSession
    account: ConnectedAccount
    outcome: Outcome
    page: Page
    message: str
    error: str | None = None
    provider_words: str | None = None
    redirect_to: str | None = None
    confirmation_token: str | None = None
    before_and_now: tuple[str, str] | None = None


def callback_url_of(
    session: LinkSession,
    outcome: Outcome,
    *,
    error: str | None = None,
    confirmation_token: str | None = None,
) -> str | None:
    """The session's callback URL with `connectionId`, `connectedAccountId`, `status` and what else there is.

    The app's own query parameters are kept; ours, if it had set them, are replaced.
    """
    if not session.callback_url:
        return None
    ours = {"connectionId": session.account_id, "connectedAccountId": session.account_id, "status": outcome}
    if error:
        ours["error"] = error
    if confirmation_token:
        ours["confirmationToken"] = confirmation_token
    parts = urlsplit(session.callback_url)
    reserved = {"connectionId", "connectedAccountId", "status", "error", "confirmationToken"}
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in reserved
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *ours.items()])))
