"""Everything that goes wrong with providers, on demand: by path, by method, so many times."""

from __future__ import annotations

import fnmatch
import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .message import Delivery, Reply, as_json, reset
from .records import AnswerStyle
from .styles import write_answer

LONGEST_HANG = 120.0
HUGE_BYTES = 64 * 1024 * 1024


class Kind(Enum):
    HANG = "hang"  # nothing for `seconds`, then the connection closes
    SLOW = "slow"  # the real answer, `seconds` late
    STATUS = "status"  # an error page with `status`, and Retry-After where `retry_after` says so
    RESET = "reset"  # a TCP reset
    HALF = "half"  # the head and half the body, then the connection closes
    DRIP = "drip"  # the real answer, spread byte by byte over `seconds`
    GARBAGE = "garbage"  # 200 with bytes that mean nothing, called JSON
    HUGE = "huge"  # 200 with a body without end in sight
    WRONG_ISS = (
        "wrong_iss"  # authorization response: another server's `iss`; `words` or none when it is empty
    )
    NO_ISS = "no_iss"  # authorization response without `iss`
    WRONG_STATE = "wrong_state"  # authorization response: another `state`
    ERROR = "error"  # an OAuth error `error` with `words`, as JSON or in the redirect back to the app
    STYLE = "style"  # the real token answer, written in `style`
    HEADERS = "headers"  # the real answer with `headers` besides
    BODY = "body"  # `status` with `words` as the body, called `content_type`


@dataclass
class Fault:
    """One thing going wrong on the paths that match `path` (`*` stands for anything), `times` times.

    `times` None: until taken away. `after_work`: the work is done and only then the answer goes wrong, as
    when a rotated refresh token never arrives. A fault that changes the real answer always works first.
    """

    path: str
    kind: Kind
    times: int | None = 1
    method: str | None = None
    seconds: float = 30.0
    status: int = 500
    retry_after: str | None = None
    error: str = "server_error"
    words: str = ""
    content_type: str = "text/html; charset=utf-8"
    style: AnswerStyle = AnswerStyle()
    after_work: bool = False
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def works_first(self) -> bool:
        """Whether the request is carried out before the fault takes its answer."""
        changing = {
            Kind.SLOW,
            Kind.HALF,
            Kind.DRIP,
            Kind.WRONG_ISS,
            Kind.NO_ISS,
            Kind.WRONG_STATE,
            Kind.STYLE,
            Kind.HEADERS,
        }
        return self.after_work or self.kind in changing

    def matches(self, method: str, path: str) -> bool:
        # A person is sent back to the app by the consent page's POST; its GET would use the fault up for nothing.
        changes_the_way_back = self.kind in (Kind.WRONG_ISS, Kind.NO_ISS, Kind.WRONG_STATE)
        if changes_the_way_back and self.method is None and method != "POST":
            return False
        return self.method in (None, method) and fnmatch.fnmatchcase(path, self.path)


class Faults:
    """The faults that are set; `stopping` ends those that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: list[Fault] = []
        self.stopping = threading.Event()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._set.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._set.clear()

    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._set)

    def take(self, method: str, path: str) -> Fault | None:
        """The oldest fault for this request, one of its times used up."""
        with self._lock:
            for fault in self._set:
                if fault.matches(method, path):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._set.remove(fault)
                    return fault
        return None

    def spoil(self, fault: Fault, real: Reply) -> Reply:
        """What goes out in place of `real`, which is empty where the work was not done."""
        if fault.kind in (Kind.HANG, Kind.SLOW):
            self.stopping.wait(min(fault.seconds, LONGEST_HANG))
            return real if fault.kind is Kind.SLOW else Reply(delivery=_hang_up)
        if fault.kind is Kind.HEADERS:
            return replace(real, headers=[*real.headers, *fault.headers])
        if fault.kind is Kind.STATUS:
            headers = [*fault.headers, *([("Retry-After", fault.retry_after)] if fault.retry_after else [])]
            return as_json({"error": fault.error, "error_description": fault.words}, fault.status, headers)
        if fault.kind is Kind.BODY:
            return Reply(
                fault.status, fault.words.encode(), [("Content-Type", fault.content_type), *fault.headers]
            )
        if fault.kind is Kind.RESET:
            return Reply(delivery=reset)
        if fault.kind is Kind.HALF:
            return Reply(real.status, real.body, real.headers, _half)
        if fault.kind is Kind.DRIP:
            return Reply(real.status, real.body, real.headers, self._dripping(fault.seconds))
        if fault.kind is Kind.GARBAGE:
            return Reply(200, b'\x00\xff{"access_token": \xfe\x00]', [("Content-Type", "application/json")])
        if fault.kind is Kind.HUGE:
            headers = [("Content-Type", "application/json"), ("Content-Length", str(HUGE_BYTES))]
            return Reply(200, b"", headers, self._endless)
        if fault.kind is Kind.STYLE:
            return _restyled(real, fault.style)
        if fault.kind is Kind.ERROR and not real.location and not real.body:
            return as_json({"error": fault.error, "error_description": fault.words}, fault.status)
        return _redirected(fault, real)

    def _dripping(self, seconds: float) -> Delivery:
        def deliver(connection: socket.socket, head: bytes, body: bytes) -> None:
            whole = head + body
            pause = min(seconds, LONGEST_HANG) / max(len(whole), 1)
            for start in range(len(whole)):
                connection.sendall(whole[start : start + 1])
                if self.stopping.wait(pause):
                    return

        return deliver

    def _endless(self, connection: socket.socket, head: bytes, body: bytes) -> None:
        connection.sendall(head + b'{"filler": "')
        chunk = b"x" * 65536
        for _ in range(HUGE_BYTES // len(chunk)):
            if self.stopping.is_set():
                return
            connection.sendall(chunk)


def _hang_up(connection: socket.socket, head: bytes, body: bytes) -> None:
    """Sends nothing at all."""


def _half(connection: socket.socket, head: bytes, body: bytes) -> None:
    connection.sendall(head + body[: len(body) // 2])


def _restyled(real: Reply, style: AnswerStyle) -> Reply:
    try:
        payload = json.loads(real.body)
    except ValueError:
        return real
    return write_answer(payload, real.status, style) if isinstance(payload, dict) else real


def _redirected(fault: Fault, real: Reply) -> Reply:
    """The redirect back to the app, its parameters changed; any other answer stays as it is."""
    if not real.location or "state=" not in real.location:
        return real
    parts = urlsplit(real.location)
    fields = dict(parse_qsl(parts.query, keep_blank_values=True))
    if fault.kind is Kind.WRONG_ISS:
        fields["iss"] = fault.words or "https://other.example"
    elif fault.kind is Kind.NO_ISS:
        fields.pop("iss", None)
    elif fault.kind is Kind.WRONG_STATE:
        fields["state"] = fault.words or "somebody-elses-state"
    elif fault.kind is Kind.ERROR:
        fields.pop("code", None)
        fields |= {"error": fault.error, "error_description": fault.words}
    changed = Reply(real.status, real.body, list(real.headers))
    changed.location = urlunsplit(parts._replace(query=urlencode(fields)))
    return changed


def fault_from_json(sent: Mapping[str, Any]) -> Fault:
    """A fault from the control endpoint's JSON: `Fault`'s names as they are.

    Raises `ValueError` or `TypeError`.
    """
    fields = dict(sent)
    fields["kind"] = Kind(fields["kind"]) if "kind" in fields else None
    if fields["kind"] is None or not isinstance(fields.get("path"), str):
        raise ValueError("a fault has a path and a kind")
    if "style" in fields:
        fields["style"] = style_from_json(fields["style"])
    fields["headers"] = [(str(name), str(value)) for name, value in fields.get("headers", [])]
    return Fault(**fields)


def style_from_json(sent: Mapping[str, Any]) -> AnswerStyle:
    """An answer style from JSON: `AnswerStyle`'s names, `omit` a list.

    Raises `TypeError` for an unknown name.
    """
    fields = dict(sent)
    fields["omit"] = frozenset(fields.get("omit", ()))
    return AnswerStyle(**fields)
