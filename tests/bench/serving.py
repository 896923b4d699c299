"""One web process of the product on a port: `python -m tests.bench.serving 8123`, until SIGTERM."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from flowra.serving.web import load_application, run_web

    load_application()
    run_web("127.0.0.1", int(sys.argv[1]), workers=1)
