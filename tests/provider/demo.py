"""`python -m tests.provider.demo`: the practice provider and the sample app Acme, in one process.

`manage.py serve --demo` starts it. Secrets come by the environment, where `ps` does not show them:
`PRACTICE_CLIENT_SECRET` is Flowra's secret at the provider, `FLOWRA_API_KEY` is Acme's key at Flowra.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .__main__ import add_arguments, start_provider, wait_for_signal, write_ready_file
from .acme import Acme


def main(command_line: Sequence[str] | None = None) -> None:
    """Runs both until SIGTERM or SIGINT. Exits with 2 where something is missing from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.provider.demo", description=__doc__)
    add_arguments(parser, "--provider-port")
    parser.add_argument("--acme-port", type=int, default=0, help="0 picks a free one")
    parser.add_argument(
        "--state-file", type=Path, help="keeps the provider's grants from one start to the next"
    )
    parser.add_argument("--flowra-url", required=True, help="where Flowra answers")
    parser.add_argument("--auth-config-id", required=True, help="what Acme connects")
    parser.set_defaults(client_name="Acme")  # whose app it is that the consent page names
    arguments = parser.parse_args(command_line)
    api_key = os.environ.get("FLOWRA_API_KEY")
    if not api_key:
        parser.error("FLOWRA_API_KEY is not in the environment")
    stopped = wait_for_signal()
    provider = start_provider(arguments)
    if arguments.state_file:
        provider.remember(arguments.state_file)
    acme = Acme(arguments.flowra_url, api_key, arguments.auth_config_id, port=arguments.acme_port).start()
    ready: dict[str, object] = {"provider": provider.origin, "acme": acme.origin, "pid": os.getpid()}
    write_ready_file(arguments.ready_file, ready)
    print(f"practice provider at {provider.origin}, Acme at {acme.origin}", file=sys.stderr, flush=True)
    stopped.wait()
    acme.stop()
    provider.stop()


if __name__ == "__main__":
    main()
