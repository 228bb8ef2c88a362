import json
import logging
import subprocess
import sys

import pytest
import structlog

from crucible.client import Crucible, Submission
from crucible.telemetry.logging import configure_logging, set_log_level
from tests.fake_executor import FakeExecutor
from tests.serving import serving


@pytest.fixture(autouse=True)
def _as_it_was():
    handlers, level, configured = logging.getLogger().handlers, logging.getLogger().level, structlog.get_config()
    yield
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    structlog.configure(**configured)


def test_our_lines_and_those_of_libraries_leave_as_json_on_standard_error(capsys):
    configure_logging("info", "json")
    structlog.stdlib.get_logger("ours").warning("lease_lost", evaluation="ev_1")
    logging.getLogger("uvicorn").info("Started %s", "server")
    logging.getLogger("uvicorn").debug("not asked for")
    out, err = capsys.readouterr()
    assert out == ""
    ours, theirs = (json.loads(line) for line in err.splitlines())
    assert (ours["event"], ours["evaluation"], ours["level"]) == ("lease_lost", "ev_1", "warning")
    assert (theirs["event"], theirs["logger"]) == ("Started server", "uvicorn")
    assert ours["timestamp"].endswith("Z")


def test_debug_tells_each_evaluations_way_and_not_how_the_database_is_asked(capsys, tmp_path):
    configure_logging("debug", "json")
    with serving(tmp_path / "data", FakeExecutor()) as server, Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    way = [line["event"] for line in lines if one.id in {line.get("evaluation"), *line.get("evaluations", ())}]
    assert way == ["evaluations_queued", "evaluation_begun", "evaluation_ended"]
    assert "aiosqlite" not in {line["logger"] for line in lines}


def test_an_exception_is_part_of_its_line(capsys):
    configure_logging("info", "json")
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError:
        structlog.stdlib.get_logger("ours").exception("failed")
    assert "by zero" in json.loads(capsys.readouterr().err)["exception"]


def test_a_change_of_level_says_what_it_is_now_and_what_it_was(capsys):
    configure_logging("error", "json")
    set_log_level("debug", asked_by="ann")
    structlog.stdlib.get_logger("ours").debug("looked")
    told, looked = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (told["now"], told["before"], told["by"], told["level"]) == ("debug", "error", "ann", "error")
    assert looked["event"] == "looked"


def test_people_get_lines_that_they_can_read(capsys):
    configure_logging("info", "console")
    structlog.stdlib.get_logger("ours").info("ready", port=7878)
    line = capsys.readouterr().err
    assert "ready" in line
    assert "port=7878" in line


def test_where_nobody_looks_at_a_terminal_auto_is_json():
    program = (
        "import structlog; from crucible.telemetry.logging import configure_logging;"
        "configure_logging(); structlog.get_logger('x').info('ready')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert json.loads(run.stderr)["event"] == "ready"
