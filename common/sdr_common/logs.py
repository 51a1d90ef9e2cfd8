"""Structured logs: JSON lines on standard error, a constant past-tense event, ids as fields.

Never message text, phone numbers, e-mail addresses, tokens or prompts: `trace_id` and ids lead to them.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Final

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger

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


def configure_logs(service: str, level: str = "info") -> None:
    """Sends structlog and the standard library's logging to standard error as JSON lines.

    Args:
        service: Name that every line carries.
        level: debug, info, warning or error.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            _hide_personal,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
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
    structlog.contextvars.bind_contextvars(service=service)
