"""A call to the service as the account's person, passed through: the caller never sees the credential.

What goes out is the caller's method, query, body and headers, to the toolkit's own address and nowhere else, whatever the
path says. What comes back is the service's status and body, as it sends them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.actions.usable_credential import UsableCredential, usable_credential
from accounts.last_used import note_use
from accounts.models import UseKind
from accounts.proxy.body import Body, Source
from accounts.proxy.turns import Turn
from accounts.proxy.what_passes import checked_path, headers_answered, headers_passed, path_at, query_passed
from authconfigs.catalogue.fill import fill
from flowra.errors import ProviderFailed
from flowra.events.record import Actor
from flowra.outbound_stream import StreamedAnswer, stream

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# So long a 401 that a new token did not help against is passed on as it is.
HOPELESS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """What the caller wants of the service. `path` is decoded, as the web server gives it; `query` is as it was sent.

    `body` None: there is none; `length` None: it is sent in chunks. `headers` are the caller's own, all of them.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: Source | None = field(default=None, repr=False)
    length: int | None = None


@dataclass
class Passed:
    """The service's answer. `chunks` must be read to the end or `close`d; either gives back the account's turn."""

    status: int
    headers: list[tuple[str, str]] = field(repr=False)
    chunks: Iterator[bytes] = field(repr=False)
    _answer: StreamedAnswer = field(repr=False)
    _turn: Turn = field(repr=False)

    def close(self) -> None:
        """Ends it early."""
        self._answer.close()
        self._turn.give_back()


def proxy_request(account_id: str, call: Call, *, of: Mapping[str, Any], actor: Actor) -> Passed:
    """Passes the call through. A 401 to a token that was thought good is tried once more with a new one.

    Raises InvalidInput (the path), TooLarge, TooMany, what `usable_credential` raises, and outbound's failures.
    """
    path = checked_path(call.path)
    usable = usable_credential(account_id, of=of, actor=actor)
    turn = Turn(usable.account_id)
    try:
        body = Body(call.body, call.length)
        answer = _send(usable, call, path, body)
        if answer.status == 401 and body.can_be_sent_again and _may_help(usable):
            answer = _once_more(answer, usable, call, path, body, of, actor)
        elif answer.status < 400:
            _hopeless.pop(usable.account_id, None)
    except BaseException:
        turn.give_back()
        raise
    note_use(
        usable.account_id,
        usable.last_used_at,
        UseKind.PROXY.value,
        actor.name,
        owner_id=usable.held.external_user_id,
        of=of,
    )
    return Passed(answer.status, headers_answered(answer.headers), _pieces(answer, turn), answer, turn)


def _send(usable: UsableCredential, call: Call, path: str, body: Body) -> StreamedAnswer:
    signature = usable.signature()
    base = fill(usable.toolkit.base_url, usable.values).rstrip("/")
    target = path_at(base, path)
    query = query_passed(urlsplit(base).query, call.query, signature.params)
    return stream(
        call.method,
        base,
        target=f"{target}?{query}" if query else target,
        headers=[
            *headers_passed(call.headers, usable.toolkit.request_headers, signature.headers),
            *body.headers(call.method),
        ],
        content=body.content(),
        seconds=settings.FLOWRA_PROXY_SECONDS,
        longest_pause=settings.FLOWRA_PROXY_PAUSE_SECONDS,
        through=usable.through,
    )


def _once_more(
    answer: StreamedAnswer,
    usable: UsableCredential,
    call: Call,
    path: str,
    body: Body,
    of: Mapping[str, Any],
    actor: Actor,
) -> StreamedAnswer:
    """With a new token, where one can be had; else the 401 is the answer. A grant that is gone is told as such."""
    try:
        renewed = usable_credential(usable.account_id, of=of, refused=usable.version, actor=actor)
    except ProviderFailed:
        return answer
    except BaseException:
        answer.close()
        raise
    if renewed.version == usable.version:
        return answer
    answer.close()
    again = _send(renewed, call, path, body)
    if again.status == 401:
        _remember_hopeless(usable.account_id)
    return again


_hopeless: dict[str, float] = {}


def _may_help(usable: UsableCredential) -> bool:
    return time.monotonic() - _hopeless.get(usable.account_id, -HOPELESS_SECONDS) >= HOPELESS_SECONDS


def _remember_hopeless(account_id: str) -> None:
    if len(_hopeless) > 10_000:
        _hopeless.clear()
    _hopeless[account_id] = time.monotonic()


def _pieces(answer: StreamedAnswer, turn: Turn) -> Iterator[bytes]:
    total = 0
    try:
        for piece in answer.chunks():
            total += len(piece)
            if total > settings.FLOWRA_PROXY_MAX_BYTES:
                raise ProviderFailed("The service answered with more than FLOWRA_PROXY_MAX_BYTES allows.")
            yield piece
    finally:
        turn.give_back()
