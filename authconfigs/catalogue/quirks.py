"""The few exceptions that are no data: plain functions, named by a toolkit's data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Parameters = dict[str, str]
Answer = dict[str, Any]
Quirk = TypeVar("Quirk", Parameters, Answer)


def _as_it_is(value: Quirk) -> Quirk:
    return value


def slack_person_under_authed_user(answer: Answer) -> Answer:
    """The person's own token and scopes are under `authed_user`; the bot's, where one was asked for, above
    it.

    https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    person = answer.get("authed_user")
    if not isinstance(person, dict) or not person.get("access_token"):
        return answer
    if answer.get("access_token"):
        scopes = [
            part for part in (answer.get("scope"), person.get("scope")) if isinstance(part, str) and part
        ]
        beside = {
            f"user_{name}": person[name] for name in ("access_token", "refresh_token") if name in person
        }
        return {**answer, **beside, "scope": ",".join(scopes)}
    lifted = ("access_token", "refresh_token", "expires_in", "scope", "token_type")
    return {**answer, **{name: person[name] for name in lifted if name in person}}


def scopes_as_a_list(answer: Answer) -> Answer:
    """HubSpot names what was granted in `scopes`, a list, where RFC 6749, 5.1 has the text `scope`.

    https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
    """
    return {**answer, "scope": answer["scopes"]} if "scopes" in answer and "scope" not in answer else answer


AUTHORIZE: dict[str, Callable[[Parameters], Parameters]] = {}
TOKEN_RESPONSE: dict[str, Callable[[Answer], Answer]] = {
    "scopes_as_a_list": scopes_as_a_list,
    "slack_person_under_authed_user": slack_person_under_authed_user,
}
IDENTITY: dict[str, Callable[[Answer], Answer]] = {}


def authorize_quirk(name: str | None) -> Callable[[Parameters], Parameters]:
    """Changes the authorization request's parameters; None: leaves them."""
    return AUTHORIZE[name] if name else _as_it_is


def token_response_quirk(name: str | None) -> Callable[[Answer], Answer]:
    """Lifts what a token answer nests to where RFC 6749, 5.1 has it; None: leaves it."""
    return TOKEN_RESPONSE[name] if name else _as_it_is


def identity_quirk(name: str | None) -> Callable[[Answer], Answer]:
    """Makes an identity call's answer one that dotted paths can read; None: leaves it."""
    return IDENTITY[name] if name else _as_it_is
