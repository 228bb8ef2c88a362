"""Words that a program or somebody else chose, where our own commands print them: shown, and never obeyed."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crucible.client import Crucible, Submission
from crucible.domain.batch import BatchRequest
from crucible.domain.sandbox import SandboxEvent, SandboxFile, SandboxSpec
from tests.cli.conftest import Command
from tests.fake_executor import STARTED, SUCCEEDED, stdout
from tests.serving import Serving

MARKUP = "[/nowhere] [bold]a [link=file:///etc/passwd]b[/link] :warning:"
"""To rich, in turn: an error, a style, a link, and a picture."""
TURNED = "\x9b2J\x7f\u202eevil"
"""The first may begin an escape sequence, and the last turns around what follows."""
ESCAPE = "\x1b]0;title\x07"


async def leaves_a_file(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
    yield STARTED
    yield stdout(TURNED.encode())
    yield SandboxFile(path=MARKUP, data=b"1")
    yield SUCCEEDED


def test_square_brackets_are_shown_as_they_are(server: Serving, command: Command) -> None:
    server.executor.script = leaves_a_file
    with Crucible(server.url) as crucible:
        ended = crucible.run(Submission(code="1", labels={"a": MARKUP}))
        crucible.batches.create(BatchRequest(name=MARKUP))
    for words in (("show", ended.id), ("list",), ("batch", "list")):
        done = command(*words)
        assert (done.code, MARKUP in done.out.decode()) == (0, True)


def test_json_holds_nothing_that_a_terminal_obeys(server: Serving, command: Command) -> None:
    server.executor.script = leaves_a_file
    with Crucible(server.url) as crucible:
        ended = crucible.run(Submission(code="1", labels={"a": TURNED, "b": "\u00e9\u4e2d"}))
    shown = command("show", ended.id, "--json").out.decode()
    assert not set(TURNED) & set(shown) - set("2Jevil")
    assert "\u00e9\u4e2d" in shown
    told = json.loads(shown)
    assert (told["stdout"], told["labels"]["a"]) == (TURNED, TURNED)
    assert "\x9b" not in command("logs", ended.id, "--json").out.decode()


def test_an_error_holds_nothing_that_a_terminal_obeys(command: Command, tmp_path: Path) -> None:
    (tmp_path / f"{ESCAPE}\x9b.py").write_bytes(b"\xff")
    told = command("batch", "submit", str(tmp_path)).err
    assert "\u241b]0;title\u2407\\u009b.py is not UTF-8" in told
    assert not set(told) & {"\x1b", "\x07", "\x9b"}


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_export_onto_a_terminal_is_shown_and_not_obeyed(server: Serving, kind: str) -> None:
    with Crucible(server.url) as crucible:
        batch = crucible.batches.submit([Submission(code="1", labels={"a": TURNED})])
        crucible.batches.wait(batch.id)
    seen, terminal = pty.openpty()
    with os.fdopen(seen, "rb", buffering=0) as reader, os.fdopen(terminal, "wb", buffering=0) as writer:
        subprocess.run(
            [sys.executable, "-m", "crucible.cli.main", "batch", "export", batch.id, "--format", kind],
            stdout=writer,
            check=True,
        )
        shown = reader.read(64 * 1024).decode()
    assert "\\u009b2J" in shown
    assert not set(TURNED) & set(shown) - set("2Jevil")
