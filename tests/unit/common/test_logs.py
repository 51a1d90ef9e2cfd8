"""Logs: JSON lines that lead to traces and hide people. Each runs in a process of its own: logging is global."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

BEGIN = """
import logging
import structlog
from sdr_common.logs import configure_logs
configure_logs("dialogue", {level!r})
LOG = structlog.get_logger()
"""


def _lines(body: str, level: str = "info") -> list[dict[str, object]]:
    code = BEGIN.format(level=level) + textwrap.dedent(body)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603  (our own code)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_is_json_with_service_level_instant_and_fields() -> None:
    (line,) = _lines('LOG.info("turn_answered", turn_id=7, language="pt", name="João")')
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "turn_answered",
        "level": "info",
        "service": "dialogue",
        "turn_id": 7,
        "language": "pt",
        "name": "João",
    }


def test_levels_below_the_set_one_are_left_out() -> None:
    body = 'LOG.debug("a"); LOG.info("b"); LOG.warning("c"); LOG.error("d")'
    assert [line["event"] for line in _lines(body, "warning")] == ["c", "d"]
    assert [line["event"] for line in _lines(body, "debug")] == ["a", "b", "c", "d"]


def test_lines_of_libraries_are_json_too_from_warning_upwards() -> None:
    body = 'logging.getLogger("lib").info("quiet"); logging.getLogger("lib").warning("pool %s is full", "a")'
    (line,) = _lines(body)
    assert (line["event"], line["level"], line["service"]) == ("pool a is full", "warning", "dialogue")


def test_a_line_inside_a_span_carries_its_ids() -> None:
    lines = _lines(
        """
        from opentelemetry import trace
        from sdr_common.telemetry import TRACER, start_telemetry
        start_telemetry("dialogue")
        LOG.info("outside")
        with TRACER.start_as_current_span("turn") as span:
            LOG.info("inside", expected=format(span.get_span_context().trace_id, "032x"))
            logging.getLogger("lib").warning("of a library")
        """
    )
    outside, inside, library = lines
    assert "trace_id" not in outside
    assert inside["trace_id"] == inside["expected"]
    assert len(str(inside["span_id"])) == 16
    assert library["trace_id"] == inside["trace_id"]


def test_a_traceback_shows_frames_but_no_values_of_variables() -> None:
    (line,) = _lines(
        """
        def answer(secret):
            copy = secret + "-copy"
            raise ValueError("limit is 3")
        try:
            answer("hunter" + "2")
        except ValueError:
            LOG.exception("turn_failed", turn_id=1)
        """
    )
    assert line["event"] == "turn_failed"
    assert "ValueError: limit is 3" in str(line["exception"])
    assert "in answer" in str(line["exception"])
    assert "hunter2" not in json.dumps(line)


@pytest.mark.parametrize("field", ["text", "content", "phone", "email", "token", "admin_token", "prompt", "password"])
def test_fields_that_tell_about_people_or_open_doors_are_hidden(field: str) -> None:
    (line,) = _lines(f'LOG.warning("seen", {field}="Maria 5511999990000", turn_id=1)')
    assert line[field] == "[hidden]"
    assert line["turn_id"] == 1


def test_what_a_database_quotes_of_a_row_is_hidden() -> None:
    (line,) = _lines(
        '''
        try:
            raise RuntimeError("""duplicate key value violates unique constraint "lead_pk"
        DETAIL:  Key (name)=(Maria da Silva) already exists.""")
        except RuntimeError:
            LOG.exception("write_failed")
        '''
    )
    assert 'unique constraint "lead_pk"' in str(line["exception"])
    assert "Maria" not in str(line["exception"])


def test_addresses_and_numbers_in_error_texts_are_hidden() -> None:
    lines = _lines(
        """
        for text in ("no agent maria.silva@clinica.com.br here", "no contact +5511999990000", "id 5511999990000 gone"):
            try:
                raise LookupError(text)
            except LookupError:
                LOG.exception("lookup_failed")
            logging.getLogger("lib").error(text)
        """
    )
    assert len(lines) == 6
    seen = json.dumps(lines)
    assert "maria" not in seen
    assert "99999" not in seen
    assert "no agent [hidden] here" in seen


def test_what_pydantic_quotes_of_its_input_is_hidden() -> None:
    (line,) = _lines(
        """
        from pydantic import BaseModel
        class Lead(BaseModel):
            age: int
        try:
            Lead(age="Maria tem 30")
        except ValueError:
            LOG.exception("answer_unreadable")
        """
    )
    assert "age" in str(line["exception"])
    assert "Maria" not in str(line["exception"]).split("Input should be")[1]
