"""`python -m tests.provider`: the practice provider as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from .practice import PracticeProvider


def add_arguments(parser: argparse.ArgumentParser, port_option: str = "--port") -> None:
    """What the provider's process takes on its command line."""
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument(port_option, dest="port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--client-id", help="register this app at once")
    parser.add_argument(
        "--client-secret",
        default=os.environ.get("PRACTICE_CLIENT_SECRET"),
        help="its secret (or PRACTICE_CLIENT_SECRET); without one it is a public client",
    )
    parser.add_argument("--redirect-uri", action="append", default=[], help="its redirect URI; repeatable")
    parser.add_argument("--client-name", default="Flowra", help="its name on the consent page")
    parser.add_argument(
        "--ready-file", type=Path, help="written as JSON when it answers, readable by you alone"
    )


def start_provider(arguments: argparse.Namespace) -> PracticeProvider:
    """A running provider with the app that the command line registers."""
    provider = PracticeProvider(arguments.host, arguments.port).start()
    if arguments.client_id:
        provider.register_client(
            client_id=arguments.client_id,
            client_secret=arguments.client_secret,
            public=arguments.client_secret is None,
            redirect_uris=arguments.redirect_uri,
            name=arguments.client_name,
        )
    return provider


def write_ready_file(path: Path | None, what: dict[str, object]) -> None:
    """Tells whoever waits for `path` where things run; it appears whole or not at all."""
    if path is None:
        return
    draft = path.with_name(path.name + ".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(what, file)
    draft.replace(path)


def wait_for_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.provider", description=__doc__)
    add_arguments(parser)
    arguments = parser.parse_args()
    stopped = wait_for_signal()
    provider = start_provider(arguments)
    write_ready_file(arguments.ready_file, {"origin": provider.origin, "pid": os.getpid()})
    print(f"practice provider ready at {provider.origin}", flush=True)
    stopped.wait()
    provider.stop()


if __name__ == "__main__":
    main()
