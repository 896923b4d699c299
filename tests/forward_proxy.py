"""A forward proxy on loopback (RFC 9110, 3.7): passes http on, tunnels https, and remembers what it was asked for."""

from __future__ import annotations

import http.client
import select
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


class ForwardProxy:
    """`asked`: method and absolute URL, or CONNECT and `host:port`, in the order of their coming."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Says nothing."""

            def pass_on(self) -> None:
                asked.append((self.command, self.path))
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                there = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=10)
                target = f"{parts.path}?{parts.query}" if parts.query else parts.path
                there.request(self.command, target, body or None, dict(self.headers.items()))
                answer = there.getresponse()
                content = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)
                there.close()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = pass_on

            def do_CONNECT(self) -> None:
                asked.append((self.command, self.path))
                host, _, port = self.path.rpartition(":")
                there = socket.create_connection((host, int(port)), timeout=10)
                self.send_response_only(200)
                self.end_headers()
                while ready := select.select([self.connection, there], [], [], 5)[0]:
                    for one in ready:
                        piece = one.recv(65536)
                        if not piece:
                            there.close()
                            return
                        (there if one is self.connection else self.connection).sendall(piece)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stops it."""
        self._server.shutdown()
        self._server.server_close()
