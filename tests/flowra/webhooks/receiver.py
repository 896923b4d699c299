"""An app's own server that receives webhooks on loopback, and may misbehave as servers do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks.webhooks import Webhook

# What a receiver does with a request: it answers by itself, or not at all.
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Got:
    """A message as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def opened(self, secret: str) -> Any:
        """What it says; raises WebhookVerificationError where the signature is not by that secret."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Remembers every message in `got`; `answer` is what it does with each, 204 unless told otherwise."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Answer = status(204)
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self.arrived = threading.Condition(self._lock)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver.arrived:
                    receiver.got.append(Got(headers, body))
                    receiver._at_once += 1
                    receiver.most_at_once = max(receiver.most_at_once, receiver._at_once)
                    receiver.arrived.notify_all()
                try:
                    receiver.answer(self)
                finally:
                    with receiver._lock:
                        receiver._at_once -= 1

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the test looks at `got`."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A caller that went away is what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int, seconds: float = 30) -> list[Got]:
        """The messages once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= count, seconds), (
                f"{len(self.got)} of {count}"
            )
            return list(self.got)


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """Answers with that status."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def reset(request: BaseHTTPRequestHandler) -> None:
    """Hangs up without a word."""
    request.close_connection = True
    request.connection.close()


def hang(until: threading.Event) -> Answer:
    """Says nothing until then, and then hangs up."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        until.wait(60)
        reset(request)

    return answer


def drip(request: BaseHTTPRequestHandler) -> None:
    """Answers 200, and its body a byte at a time, for ever."""
    request.send_response(200)
    request.send_header("content-length", "100000")
    request.end_headers()
    try:
        while True:
            request.wfile.write(b".")
            request.wfile.flush()
            time.sleep(0.05)
    except OSError:
        request.close_connection = True
