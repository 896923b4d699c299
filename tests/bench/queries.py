"""How many queries a list call takes at most: `python -m tests.bench.queries '{"key": …}'`, in the server's settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import django


def most_queries(facts: dict[str, Any], paths: Sequence[str]) -> int:
    """The most that any of the paths takes, its key's authentication among them, as the project and as one user."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    most = 0
    for headers in ({}, {"x-username": facts["userName"]}):
        client = Client(headers={"host": "127.0.0.1", "x-api-key": facts["key"], **headers})
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path)
            assert answer.status_code == 200, answer.content
            most = max(most, len(queries))
    return most


if __name__ == "__main__":
    django.setup()
    print(most_queries(json.loads(sys.argv[1]), sys.argv[2:]))
