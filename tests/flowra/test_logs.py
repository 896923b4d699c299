"""A log line says when, how grave, which request; one a request; nothing secret."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from flowra.logs import ConsoleFormatter, JSONFormatter, logging_config, request_id

TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789"


def made(
    message: str = "Something %s", *args: object, exc_info: Any = None, **extra: object
) -> logging.LogRecord:
    record = logging.LogRecord(
        "flowra.x", logging.WARNING, "x.py", 1, message, args or ("happened",), exc_info
    )
    record.__dict__.update(extra)
    return record


def test_a_json_line_is_one_object_with_what_was_added() -> None:
    token = request_id.set("r-1")
    try:
        line = json.loads(JSONFormatter().format(made(account="ca_1", status=200, ms=1.5)))
    finally:
        request_id.reset(token)
    assert line["at"].endswith("+00:00")
    del line["at"]
    assert line == {
        "level": "warning",
        "logger": "flowra.x",
        "requestId": "r-1",
        "message": "Something happened",
        "account": "ca_1",
        "status": 200,
        "ms": 1.5,
    }


@pytest.mark.parametrize("formatter", [JSONFormatter(), ConsoleFormatter()])
def test_secrets_are_masked_in_words_additions_and_tracebacks(formatter: logging.Formatter) -> None:
    try:
        raise ValueError(f"refresh_token={TOKEN}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = made(
        "asked with %s",
        f"Bearer {TOKEN}",
        exc_info=info,
        access_token=TOKEN,
        headers={"Authorization": TOKEN},
    )
    line = formatter.format(record)
    assert TOKEN not in line
    assert "ValueError" in line


def test_a_json_line_is_one_line_even_with_line_breaks_inside() -> None:
    assert "\n" not in JSONFormatter().format(made("a %s", "b\nc"))


def test_the_format_is_chosen_by_name() -> None:
    assert logging_config("json", "INFO")["formatters"]["masked"]["()"] is JSONFormatter
    assert logging_config("console", "INFO")["formatters"]["masked"]["()"] is ConsoleFormatter


def test_sql_is_never_logged_with_its_parameters() -> None:
    assert logging_config("json", "DEBUG")["loggers"]["django.db.backends"]["level"] == "INFO"


def lines_of(caplog: Any) -> list[str]:
    return [JSONFormatter().format(record) for record in caplog.records if record.name == "flowra.request"]


def test_every_request_leaves_one_line_without_its_query(db: None, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    Client().get(f"/api/v1/users/profile?api_key={TOKEN}", headers={"x-api-key": TOKEN})
    (line,) = lines_of(caplog)
    told = json.loads(line)
    assert (told["message"], told["status"]) == ("GET /api/v1/users/profile", 401)
    assert told["ms"] >= 0
    assert TOKEN not in line


def test_a_links_token_is_masked_in_the_path(db: None, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    Client().get(f"/connect/{TOKEN}")
    (line,) = lines_of(caplog)
    assert TOKEN not in line
    assert json.loads(line)["message"].startswith("GET /connect/•")


def test_a_line_break_in_a_path_makes_no_second_line(db: None, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    Client().get("/api/v1/x%0a12:00 info forged")
    (record,) = [record for record in caplog.records if record.name == "flowra.request"]
    assert "\n" not in ConsoleFormatter().format(record)


def test_watchers_are_not_logged_while_all_is_well(db: None, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    Client().get("/healthz")
    assert lines_of(caplog) == []
