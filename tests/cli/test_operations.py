"""`crucible queue`, `workers`, `pause`, `drain` and `resume` against a real server."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crucible.cli import watching
from crucible.client import AsyncCrucible, Crucible, Submission
from crucible.domain.sandbox import SandboxEvent, SandboxSpec
from crucible.domain.status import Status
from crucible.ending import ended
from crucible.roles.presence import keep_reporting
from tests.cli.conftest import Command
from tests.fake_executor import STARTED, SUCCEEDED, FakeExecutor, Gate, stdout
from tests.serving import Serving, serving


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server whose worker says what it does, as it does in `crucible up`."""
    with serving(tmp_path / "data", FakeExecutor()) as running:
        monkeypatch.setenv("CRUCIBLE_URL", running.url)
        link = SimpleNamespace(
            is_connected=True, known_runtimes=running.executor.runtimes, drivers=running.executor.drivers
        )

        async def begin() -> "asyncio.Task[None]":
            assert running.collaborators is not None
            return asyncio.create_task(
                keep_reporting(
                    running.collaborators.database, running.worker, link, grace_seconds=0.1, seconds=0.05
                )
            )

        reporting = in_server(running, begin())
        with Crucible() as crucible:
            while not crucible.operations.workers():
                pass
        yield running
        in_server(running, ended(reporting))


def in_server(server: Serving, step):
    assert server.loop is not None
    return asyncio.run_coroutine_threadsafe(step, server.loop).result()


def answered(command: Command, *words: str) -> dict[str, Any]:
    """Return what a command prints as JSON; the server's log, in the same process, may be among it."""
    (line,) = [line for line in command(*words, "--json").out.splitlines() if line.startswith(b"{")]
    found: dict[str, Any] = json.loads(line)
    return found


def until(command: Command, state: str) -> None:
    while answered(command, "workers")["items"][0]["state"] != state:
        pass


def test_the_queue_says_what_waits_and_what_runs(server: Serving, command: Command) -> None:
    server.executor.script = gate = Gate()
    with Crucible() as crucible:
        made = crucible.submit_many([Submission(code="1", priority="low")] * 6)  # into four slots
        while answered(command, "queue")["slots_used"] < 4:
            pass
        found = answered(command, "queue")
        low = next(each for each in found["priorities"] if each["priority"] == "low")
        assert (low["waiting"], low["delayed"], low["running"]) == (2, 0, 4)
        shown = command("queue").out.decode()
        assert "4 of 4 slots in use" in shown
        listed = command("workers").out.decode()
        assert listed.count("ev_") == 4
        assert "4/4" in listed
        server.loop.call_soon_threadsafe(gate.opened.set)
        for one in made:
            crucible.wait(one.id)


def test_a_worker_is_paused_drained_and_resumed_by_name(server: Serving, command: Command) -> None:
    assert "test: " in command("pause", "test").out.decode()
    until(command, "paused")
    assert b"no worker takes more" in command("queue").out
    with Crucible() as crucible:
        one = crucible.submit(Submission(code="1"))
        assert answered(command, "drain", "--all")["name"] == "test"
        until(command, "draining")
        assert crucible.get(one.id).status is Status.QUEUED
        command("resume", "test")
        assert crucible.wait(one.id).status is Status.COMPLETED
    until(command, "working")
    del server


def test_an_order_is_about_somebody(server: Serving, command: Command) -> None:
    assert command("drain").code == 2
    assert command("pause", "test", "--all").code == 2
    refused = command("resume", "nobody")
    assert (refused.code, "no worker 'nobody'; there are: test" in refused.err) == (1, True)
    del server


@pytest.mark.parametrize("words", [("queue",), ("workers",), ("queue", "--json")])
def test_watching_shows_it_again_until_it_is_stopped(
    server: Serving, command: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    pauses = iter([None, None])

    def pause(_seconds: float) -> None:
        if next(pauses, "over") == "over":
            raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", pause)
    done = command(*words, "--watch")
    assert done.code == 130
    assert done.out.count(b"priorit" if "queue" in words else b"can run") >= 3
    del server


async def test_the_asynchronous_client_operates_too(server: Serving) -> None:
    async with AsyncCrucible(server.url) as crucible:
        operations = crucible.operations
        assert (await operations.queue()).slots == 4
        for order, state in ((operations.pause, "paused"), (operations.drain, "draining")):
            await order("test")
            while True:
                if (await operations.workers())[0].state == state:
                    break
                await asyncio.sleep(0.01)
        await operations.resume("test")


def test_storage_says_what_is_kept(server: Serving, command: Command) -> None:
    async def large(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield stdout(b"x" * 100_000)
        yield SUCCEEDED

    server.executor.script = large
    with Crucible() as crucible:
        one = crucible.run(Submission(code="x"))
        shown = command("storage").out.decode()
        assert "97.7 KiB" in shown
        assert "nothing is deleted" in shown
        crucible.delete(one.id)
        assert "1 deleted, can be restored for 30 days; the first is removed at" in command("storage").out.decode()
    planned = ("storage", "--plan", "--deleted-days", "0", "--ended-days", "1")
    assert (
        "1 that were deleted more than 0 days ago would be removed, with 97.7 KiB"
        in command(*planned).out.decode()
    )
    assert answered(command, *planned)["plan"]["removed"] == 1
    assert command("storage", "--ended-days", "1").code == 2
    found = answered(command, "storage")
    assert (found["retention_seconds"], found["plan"]) == (30 * 86_400, None)
    assert (found["blobs"]["count"], found["blobs"]["bytes"], found["deleted"]["count"]) == (1, 100_000, 1)
    assert found["database"]["kind"] == "sqlite"


def test_an_asynchronous_client_hears_what_is_kept(server: Serving) -> None:
    async def asked() -> int:
        async with AsyncCrucible(server.url) as crucible:
            return (await crucible.operations.storage()).database.bytes

    assert asyncio.run(asked()) > 0
