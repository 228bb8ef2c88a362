"""`crucible session` as a person or a script gives it."""

import base64
import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command
from tests.end_to_end.machine import Machine

__all__ = ["command"]


@pytest.fixture(autouse=True)
def _address(server: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_URL", server.url)


def type_in(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_session_lives_through_the_commands(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = command("session", "create", "--idle", "60", "--env", "NAME=value", "--memory", "256M")
    assert made.code == 0, made.err
    session = made.out.decode().strip()
    assert session.startswith("se_")

    ran = command("session", "exec", session, "--", "sh", "-c", "echo $NAME; echo err >&2; exit 3")
    assert (ran.code, ran.out, ran.err) == (3, b"value\n", "err\n")
    type_in(monkeypatch, b"\x00\xff")
    piped = command("session", "exec", session, "--stdin", "-", "--", "cat")
    assert (piped.code, piped.out) == (0, b"\x00\xff")
    slow = command("session", "exec", session, "--timeout", "0.3", "--", "sleep", "60")
    assert (slow.code, "timed out" in slow.err) == (124, True)
    answered = command("session", "exec", session, "--json", "--user", "sandbox", "--", "id", "-un")
    document = json.loads(answered.out)
    assert (document["outcome"], document["stdout"]["data"]) == ("succeeded", "sandbox\n")

    (tmp_path / "tool").write_bytes(b"#!/bin/sh\necho made\n")
    source = str(tmp_path / "tool")
    wrote = command("session", "write", session, "tool", "--from", source, "--mode", "755", "--json")
    assert json.loads(wrote.out) == {"path": "tool", "size_bytes": 20}
    assert command("session", "exec", session, "--", "./tool").out == b"made\n"
    type_in(monkeypatch, b"\xfe\n")
    command("session", "write", session, "piped")
    assert command("session", "read", session, "piped").out == b"\xfe\n"
    command("session", "read", session, "piped", "--to", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == b"\xfe\n"
    read = json.loads(command("session", "read", session, "piped", "--json").out)
    assert base64.b64decode(read["base64"]) == b"\xfe\n"

    assert session in command("session", "list").out.decode()
    listed = [json.loads(line) for line in command("session", "list", "--json").out.splitlines()]
    assert session in [one["id"] for one in listed]
    shown = command("session", "show", session).out.decode()
    assert "running" in shown
    assert "namespaces" in shown
    assert json.loads(command("session", "show", session, "--json").out)["user"] == "root"
    assert json.loads(command("session", "usage", session, "--json").out)["execs"] == 0
    assert "memory" in command("session", "usage", session).out.decode()

    assert command("session", "attempts", session).out == b""
    command("session", "exec", session, "--", "unshare", "-m", "true")
    assert b"refused: unshare flags=0x20000" in command("session", "attempts", session).out

    ended = json.loads(command("session", "destroy", session, "--json").out)
    assert (ended["state"], ended["reason"]) == ("ended", "destroyed")
    assert "ended" in command("session", "destroy", session).err
    (tried,) = json.loads(command("session", "attempts", session, "--json").out)["items"]
    assert (tried["name"], tried["count"]) == ("unshare", 1)
    gone = command("session", "exec", session, "--", "true")
    assert (gone.code, "is ended (destroyed)" in gone.err) == (125, True)
    assert "destroyed" in command("session", "show", session).out.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("exec", "se_00000000000000000000000000", "--", "true"), "there is no session"),
        (("create", "--idle", "0"), "limits.idle_seconds"),
        (("create", "--env", "nothing"), "KEY=VALUE"),
        (("write", "se_1", "f", "--from", "/dev/null", "--mode", "9"), "octal"),
        (("write", "se_1", "f", "--from", "/dev/null", "--mode", "77777"), "000 to 7777"),
        (("write", "se_1", "f", "--from", "/no/such/file"), "can't be read"),
        (("exec", "se_1", "--", ""), "argv"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(
    command: Command, words: tuple[str, ...], said: str
) -> None:
    done = command("session", *words)
    assert (done.code, said in done.err) == (125 if words[0] == "exec" else 1, True), done.err
