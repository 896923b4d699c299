"""`python -m tests.plugins.typed`: mypy, in the environment of the tests, since its Django plugin reads the settings."""

from __future__ import annotations

import sys

from mypy.main import main

from tests.plugins.environment import pytest_unconfigure

if __name__ == "__main__":
    try:
        main(args=sys.argv[1:], clean_exit=True)
    finally:
        pytest_unconfigure()
