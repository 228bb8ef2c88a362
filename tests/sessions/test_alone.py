"""`crucible sandbox session`: an executor, no server, no record."""

import base64
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command
from tests.waiting import PATIENCE_SECONDS, beside

__all__ = ["command"]


@pytest.fixture(autouse=True)
def _executor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    path = tmp_path / "executor.sock"
    process = subprocess.Popen(
        [sys.executable, "-m", "crucible", "executor", "--socket", path], stdout=subprocess.DEVNULL
    )
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.02)
    monkeypatch.setenv("CRUCIBLE_EXECUTOR_SOCKET", str(path))
    yield
    process.terminate()
    with beside(process):
        assert process.wait(PATIENCE_SECONDS) == 0


def test_a_session_lives_through_the_commands(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def session(*words: str) -> bytes:
        done = command("sandbox", "session", *words)
        assert done.code == 0, done.err
        return done.out

    assert session("create", "mine", "--idle", "60", "--env", "NAME=value") == b"mine namespaces running\n"
    assert session("exec", "mine", "--", "sh", "-c", "echo $NAME") == b"value\n"
    answered = json.loads(session("exec", "mine", "--json", "--user", "sandbox", "--", "id", "-un"))
    assert (answered["outcome"], answered["stdout"]["data"]) == ("succeeded", "sandbox\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n")))
    session("write", "mine", "file", "--mode", "640")
    assert session("read", "mine", "file") == b"\xff\n"
    session("read", "mine", "file", "--to", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == b"\xff\n"
    assert base64.b64decode(json.loads(session("read", "mine", "file", "--json"))["base64"]) == b"\xff\n"
    assert b"processes 0\n" in session("usage", "mine")
    assert json.loads(session("usage", "mine", "--json"))["execs"] == 0
    assert session("list") == b"mine namespaces running\n"
    assert json.loads(session("list", "--json"))["session"] == "mine"
    command("sandbox", "session", "exec", "mine", "--", "unshare", "-m", "true")
    assert b"refused: unshare flags=0x20000" in session("attempts", "mine")
    assert session("destroy", "mine") == b"mine namespaces ended (destroyed): it was asked to\n"
    assert json.loads(session("attempts", "mine", "--json"))["items"][0]["name"] == "unshare"
    gone = command("sandbox", "session", "exec", "mine", "--", "true")
    assert (gone.code, "has ended (destroyed)" in gone.err) == (125, True)
    failing = command("sandbox", "session", "create", "other", "--idle", "0")
    assert (failing.code, "limits.idle_seconds" in failing.err) == (1, True)
