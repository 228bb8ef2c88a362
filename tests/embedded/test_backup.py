"""A backup is taken of a server that runs, and served in its place."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from crucible.client import Crucible, Submission
from crucible.domain.retention import Removed, Retention
from crucible.domain.sandbox import SandboxEvent, SandboxSpec
from crucible.domain.status import Status
from crucible.embedded import backup
from crucible.embedded.backup import back_up
from crucible.evaluations.remove import remove
from crucible.settings import Settings
from tests.cli.conftest import Command, command
from tests.fake_executor import STARTED, SUCCEEDED, FakeExecutor, Gate, stdout
from tests.serving import serving
from tests.waiting import PATIENCE_SECONDS

__all__ = ["command"]
LARGE = b"0123456789abcdef" * 8192


async def prints_much(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
    yield STARTED
    yield stdout(LARGE)
    yield SUCCEEDED


def test_a_backup_of_a_server_that_runs_is_served_with_all_that_was_acknowledged(
    tmp_path: Path, command: Command
) -> None:
    data, copy = tmp_path / "data", tmp_path / "backups" / "monday"
    gate = Gate()
    with serving(data, FakeExecutor()) as running, Crucible(running.url) as crucible:
        running.executor.script = prints_much
        ended = crucible.run(Submission(code="1", labels={"study": "a"}))
        running.executor.script = gate
        waits = crucible.submit(Submission(code="2"))
        next(event for event in crucible.events(waits.id) if event.kind == "started")
        done = command("backup", str(copy), "--data", str(data), "--json")
        assert running.loop is not None
        running.loop.call_soon_threadsafe(gate.opened.set)
        crucible.wait(waits.id)
        after = crucible.run(Submission(code="3"))
    assert done.code == 0
    assert json.loads(done.out) == {
        "folder": str(copy),
        "database_bytes": (copy / "crucible.sqlite3").stat().st_size,
        "blobs": 1,
        "blob_bytes": len(LARGE),
    }
    assert copy.stat().st_mode & 0o777 == 0o700
    with serving(copy, FakeExecutor()) as restored, Crucible(restored.url) as crucible:
        assert crucible.output(ended.id) == LARGE
        assert crucible.get(ended.id).labels == {"study": "a"}
        assert crucible.get(waits.id).status in {Status.QUEUED, Status.RUNNING, Status.COMPLETED}
        assert after.id not in {each.id for each in crucible.evaluations()}


def test_what_retention_would_remove_is_whole_in_a_backup_that_began_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    executor = FakeExecutor()
    with serving(data, executor) as server, Crucible(server.url) as crucible:
        executor.script = prints_much
        one = crucible.run(Submission(code="1"))
        crucible.delete(one.id)
        assert server.collaborators is not None
        assert server.loop is not None
        removing = partial(remove, server.collaborators.database, server.collaborators.blobs)
        loop = server.loop

        def removed() -> dict[str, int]:
            found = Removed()
            done = removing(Retention(deleted=timedelta()), found)
            asyncio.run_coroutine_threadsafe(done, loop).result(PATIENCE_SECONDS)
            return found.told()

        def blobs_once_all_that_is_due_was_removed(root: Path) -> list[Path]:
            assert removed() == {}
            return blobs_of(root)

        blobs_of = backup._blobs
        monkeypatch.setattr(backup, "_blobs", blobs_once_all_that_is_due_was_removed)
        assert back_up(Settings(data=data), copy).blobs == 1
        assert removed() == {"evaluations": 1}
    with serving(copy, FakeExecutor()) as restored, Crucible(restored.url) as crucible:
        crucible.restore(one.id)
        assert crucible.output(one.id) == LARGE


def test_what_can_not_be_copied_is_refused_and_leaves_no_copy(tmp_path: Path, command: Command) -> None:
    copy = tmp_path / "copy"
    assert "has no database" in command("backup", str(copy), "--data", str(tmp_path / "none")).err
    (tmp_path / "crucible.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)
    done = command("backup", str(copy), "--data", str(tmp_path))
    assert (done.code, "can't be copied" in done.err) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crucible.sqlite3", "removal.lock"]
    (tmp_path / "copy.part").mkdir()
    assert "copy.part is there already" in command("backup", str(copy), "--data", str(tmp_path)).err
    assert "is there already" in command("backup", str(tmp_path), "--data", str(tmp_path)).err


def test_a_damaged_database_is_no_backup(tmp_path: Path) -> None:
    database = tmp_path / "crucible.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("CREATE INDEX i ON t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"{n:0100}",) for n in range(1000)])
    connection.close()
    content = bytearray(database.read_bytes())
    content[-4096:] = bytes(4096)
    database.write_bytes(content)
    with pytest.raises(Exception, match=r"damaged|malformed"):
        back_up(Settings(data=tmp_path), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_postgresqls_own_tools_are_named_where_the_database_is_its(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="pg_dump"):
        back_up(Settings(data=tmp_path, database_url="postgresql://x@127.0.0.1/x"), tmp_path / "copy")


def test_a_lost_runs_folder_that_goes_while_blobs_are_listed_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "1").mkdir(parents=True)
        (tmp_path / name / "1" / "stdout").write_bytes(b"x")
    scandir = os.scandir

    def and_then_it_goes(path: str | int) -> object:
        if path == str(tmp_path / "a" / "1"):
            shutil.rmtree(tmp_path / "a")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", and_then_it_goes)
    assert backup._blobs(tmp_path) == [tmp_path / "b" / "1" / "stdout"]
