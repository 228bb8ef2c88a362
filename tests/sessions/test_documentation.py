"""What `docs/sessions.md` says: its tables are the code's, and its examples run."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

from crucible.api.app import openapi_document
from crucible.domain.session import EndReason, SessionLimits
from crucible.domain.session_record import SessionState
from tests.end_to_end.machine import Machine
from tests.test_documentation import DOCS, bounds, in_words, rows

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(language: str) -> str:
    return next(text for kind, text in _BLOCK.findall((DOCS / "sessions.md").read_text()) if kind == language)


def test_the_table_of_limits_has_each_limit_its_default_and_its_bounds() -> None:
    hints = get_type_hints(SessionLimits, include_extras=True)
    expected = []
    for field in fields(SessionLimits):
        numbers = (field.default, *bounds(hints[field.name]))
        bytes_ = field.name.endswith("_bytes")
        expected.append([field.name, *(in_words(number, bytes_=bytes_) for number in numbers)])  # type: ignore[arg-type]
    assert [row[:4] for row in rows("sessions.md", "limit")] == expected


def test_the_tables_of_states_and_reasons_have_each() -> None:
    assert [row[0] for row in rows("sessions.md", "state")] == [state.value for state in SessionState]
    assert [row[0] for row in rows("sessions.md", "reason")] == [reason.value for reason in EndReason]


def test_the_table_of_requests_has_each_operation() -> None:
    documented = {row[0].partition("?")[0] for row in rows("sessions.md", "request")}
    paths = openapi_document()["paths"]
    expected = {
        f"{method.upper()} {path}".replace("{session_id}", "{id}")
        for path, operations in paths.items()
        if path.startswith("/api/v1/sessions")
        for method in operations
    }
    assert documented == expected


def test_the_python_example_runs(server: Machine) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")],
        env=server.client_environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "one" in done.stdout


def test_the_commands_run_and_say_what_is_shown(server: Machine) -> None:
    lines = block("console").splitlines()
    commands = [line[2:] for line in lines if line.startswith("$ ")]
    shown = [line for line in lines if not line.startswith("$ ")]
    environment = server.client_environment | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == shown
