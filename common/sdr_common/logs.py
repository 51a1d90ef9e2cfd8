"""Structured logs: JSON lines on standard error or in a file, a constant past-tense event, ids as fields.

Never message text, phone numbers, e-mail addresses, tokens or prompts: `trace_id` and ids lead to them.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger

OWN_LOGGERS: Final = (
    *("sdr_common", "sdr_gateway", "sdr_dialogue", "sdr_scoring", "sdr_routing", "sdr_reporting"),
    "__main__",
)
"""Begin of our modules' names: they get the level of the settings."""
HIDDEN_FIELDS: Final = frozenset(
    {
        *("text", "content", "body", "message_text", "reply", "prompt"),
        *("phone", "phone_number", "email", "e_mail"),
        *("token", "admin_token", "bot_token", "api_key", "password", "secret", "authorization", "cookie"),
    }
)
"""Fields whose value never reaches a log, whoever passes them."""
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d{10,15}\b|\b55\d{10,11}\b")
_ROW_DATA = re.compile(r"^(DETAIL|CONTEXT):.*$|input_value=.*$", re.MULTILINE)
"""What Postgres and pydantic quote of the data in their errors."""


def _hide_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hides what identifies a person: fields by name, and addresses, numbers and rows quoted in error texts."""
    for name in HIDDEN_FIELDS & event.keys():
        event[name] = "[hidden]"
    for name in ("exception", "event"):
        value = event.get(name)
        if isinstance(value, str):
            event[name] = _PERSONAL.sub("[hidden]", _ROW_DATA.sub("[hidden]", value))
    return event


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Adds the ids of the current span, so that a log line leads to its trace."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
        event["span_id"] = format(context.span_id, "016x")
    return event


class LogLimit:
    """Lets so many lines of one event pass in a second; the next second's first line says how many were left out.

    Warnings and errors always pass: they are rare, or somebody must know.

    Args:
        per_second: Lines of one event; 0: all of them.
        clock: Monotonic seconds.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._seen: dict[str, tuple[int, int, int]] = {}
        """By event: the second, lines in it, lines left out since one passed."""

    def __call__(self, _logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Passes a line on, or drops it."""
        if not self._per_second or method not in {"debug", "info"}:
            return event
        name, now = str(event.get("event", "")), int(self._clock())
        second, count, left_out = self._seen.get(name, (now, 0, 0))
        if second != now:
            second, count = now, 0
        if count >= self._per_second:
            self._seen[name] = (second, count + 1, left_out + 1)
            raise structlog.DropEvent
        self._seen[name] = (second, count + 1, 0)
        if left_out:
            event["left_out"] = left_out
        return event


@dataclass(frozen=True, slots=True)
class LogFile:
    """Where a process that no container runs keeps its lines."""

    path: Path
    megabytes: int = 50
    """Size at which the file is put aside."""
    kept: int = 5
    """Files that are put aside; older ones go."""

    def handler(self) -> logging.Handler:
        """What writes it.

        Raises:
            SystemExit: the folder cannot be written; one sentence says so.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return RotatingFileHandler(
                self.path, maxBytes=self.megabytes * 1_000_000, backupCount=self.kept, encoding="utf-8"
            )
        except OSError as error:
            raise SystemExit(f"{self.path} cannot be written ({error.strerror}); set SDR_LOG_DIR") from None


def configure_logs(service: str, level: str = "info", *, file: LogFile | None = None, per_second: int = 0) -> None:
    """Sends structlog and the standard library's logging to standard error, or to a file, as JSON lines.

    A line's `logger` is its module, whose level can be changed while the process runs: `sdr_common.log_levels`.

    Args:
        service: Name that every line carries.
        level: debug, info, warning or error; of our own modules. Libraries speak from warning upwards.
        file: Where the lines go; None: standard error.
        per_second: Lines of one event that pass in a second, see `LogLimit`.
    """
    number = logging.getLevelNamesMapping()[level.upper()]

    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_service,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            LogLimit(per_second),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr) if file is None else file.handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _hide_personal,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    for own in OWN_LOGGERS:
        logging.getLogger(own).setLevel(number)
