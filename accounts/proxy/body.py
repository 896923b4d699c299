"""The caller's body on its way to the service: streamed, counted, and kept where it is small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from django.conf import settings

from flowra.errors import FlowraError, InvalidInput

PIECE = 65_536
# A body of this size can be sent a second time after a 401.
KEPT_TO_SEND_AGAIN = 1_000_000


class Source(Protocol):
    """Where a body is read from."""

    def read(self, size: int, /) -> bytes: ...


class TooLarge(FlowraError):
    """413: more than FLOWRA_PROXY_MAX_BYTES in the body."""

    code = "too_large"
    status = 413


class Body:
    """`source` None: there is none; `length` None: it comes in chunks. Raises TooLarge for a length over the limit."""

    def __init__(self, source: Source | None, length: int | None) -> None:
        self._source = source
        self._length = length
        self._kept: bytes | None = None
        if length is not None and length > settings.FLOWRA_PROXY_MAX_BYTES:
            raise _too_large()
        if source is None or length == 0:
            self._kept = b""
        elif length is not None and length <= KEPT_TO_SEND_AGAIN:
            self._kept = b"".join(self._pieces())

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it is still there after it was sent."""
        return self._kept is not None

    def content(self) -> bytes | Iterator[bytes]:
        """What to send. Reading it raises TooLarge, and InvalidInput when it ends early."""
        return self._kept if self._kept is not None else self._pieces()

    def headers(self, method: str) -> list[tuple[str, str]]:
        """How long it is, or that it comes in chunks (RFC 9112, 6)."""
        if self._source is None:
            return [("Content-Length", "0")] if method in ("POST", "PUT", "PATCH") else []
        if self._length is None:
            return [("Transfer-Encoding", "chunked")]
        return [("Content-Length", str(self._length))]

    def _pieces(self) -> Iterator[bytes]:
        assert self._source is not None
        left = self._length
        total = 0
        while left is None or left > 0:
            piece = self._source.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                if left:
                    raise InvalidInput("The request's body ended early.", code="body_incomplete")
                return
            total += len(piece)
            left = None if left is None else left - len(piece)
            if total > settings.FLOWRA_PROXY_MAX_BYTES:
                raise _too_large()
            yield piece


def _too_large() -> TooLarge:
    return TooLarge(
        f"The body may have at most {settings.FLOWRA_PROXY_MAX_BYTES} bytes (FLOWRA_PROXY_MAX_BYTES)."
    )
