"""Logs: JSON lines that lead to traces and hide people. Each runs in a process of its own: logging is global."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from structlog import DropEvent
from structlog.typing import EventDict

from sdr_common.logs import LogFile, LogLimit

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
        "logger": "__main__",
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


def test_one_module_may_say_more_than_the_others_while_the_process_runs() -> None:
    lines = _lines(
        """
        import types
        modules = {}
        code = "import structlog\\nLOG = structlog.get_logger()\\ndef say(): LOG.debug('said')"
        for name in ("sdr_gateway.worker.handler", "sdr_gateway.http.webhook"):
            modules[name] = types.ModuleType(name)
            exec(code, modules[name].__dict__)
        def all_say():
            for module in modules.values():
                module.say()
        from sdr_common.log_levels import LogLevels
        levels = LogLevels("token")
        all_say()
        levels.change({"sdr_gateway.worker": "debug"}, minutes=5)
        all_say()
        levels.close()
        all_say()
        """
    )
    told = [(line["event"], line.get("module") or line["logger"]) for line in lines]
    assert told == [
        ("log_level_changed", "sdr_gateway.worker"),
        ("said", "sdr_gateway.worker.handler"),
        ("log_level_restored", "sdr_gateway.worker"),
    ]


def test_a_noisy_event_is_cut_and_says_how_much_but_no_warning_ever_is() -> None:
    now = [10.0]
    limit = LogLimit(2, lambda: now[0])

    def passed(method: str, event: str) -> EventDict | None:
        try:
            return limit(None, method, {"event": event})
        except DropEvent:
            return None

    assert [passed("info", "a") is not None for _ in range(5)] == [True, True, False, False, False]
    assert passed("info", "b") == {"event": "b"}
    assert [passed("warning", "a") for _ in range(3)] == [{"event": "a"}] * 3
    now[0] = 11.0
    assert passed("info", "a") == {"event": "a", "left_out": 3}
    assert passed("info", "a") == {"event": "a"}


def test_a_file_is_put_aside_when_it_is_full_and_old_ones_go(tmp_path: Path) -> None:
    body = f"""
        from pathlib import Path
        from sdr_common.logs import LogFile
        file = LogFile(Path({str(tmp_path)!r}) / "own" / "gateway-serve.log", megabytes=1, kept=2)
        configure_logs("gateway", "info", file=file)
        for number in range(9000):
            LOG.info("turn_answered", turn_id=number, padding="x" * 400)
    """
    assert _lines(body) == []
    files = sorted(path.name for path in (tmp_path / "own").iterdir())
    assert files == ["gateway-serve.log", "gateway-serve.log.1", "gateway-serve.log.2"]
    last = json.loads((tmp_path / "own" / "gateway-serve.log").read_text().splitlines()[-1])
    assert (last["event"], last["turn_id"], last["service"]) == ("turn_answered", 8999, "gateway")


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="set SDR_LOG_DIR"):
        LogFile(tmp_path / "file" / "gateway.log").handler()
