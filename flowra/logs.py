"""Structured logs: a line says when, how grave, where from, which request; what looks like a secret is masked."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flowra.redaction import is_secret_name, scrub, scrub_text

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "server_time",
}


class _MaskedFormatter(logging.Formatter):
    def _line(self, record: logging.LogRecord) -> dict[str, Any]:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "requestId": request_id.get(),
            "message": scrub_text(record.getMessage()),
        }
        for name, value in record.__dict__.items():
            if name not in _STANDARD:
                line[name] = "••••••••" if is_secret_name(name) else scrub(value)
        if record.exc_info:
            line["traceback"] = scrub_text(self.formatException(record.exc_info))
        return line


class JSONFormatter(_MaskedFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON; values that JSON does not know become text."""
        return json.dumps(self._line(record), default=str, ensure_ascii=False)


class ConsoleFormatter(_MaskedFormatter):
    """The same for eyes."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as `time level logger message key=value …`."""
        line = self._line(record)
        head = f"{line.pop('at')[11:23]} {line.pop('level'):7} {line.pop('logger')} [{line.pop('requestId')}]"
        message, traceback = line.pop("message"), line.pop("traceback", None)
        extras = "".join(f" {name}={value}" for name, value in line.items())
        return f"{head} {message}{extras}" + (f"\n{traceback}" if traceback else "")


def logging_config(style: str, level: str) -> dict[str, Any]:
    """The `LOGGING` setting; `style` is `console` or `json`."""
    formatter = JSONFormatter if style == "json" else ConsoleFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"masked": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "masked"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # SQL carries parameters; nobody needs them in a log, at any level.
            "django.db.backends": {"level": "INFO"},
            # A 4xx is the caller's business; the access log has it.
            "django.request": {"level": "ERROR"},
            # Whoever knocks with a foreign host name is in the access log as well, without a traceback each.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # It tells of every attempt; whoever needed the connection tells once that there was none.
            "psycopg.pool": {"level": "ERROR"},
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
        },
    }
