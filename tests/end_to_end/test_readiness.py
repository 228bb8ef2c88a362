"""What a server says when its executor answers and can make no sandbox, and what becomes of programs meanwhile."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crucible.client import Crucible, Limits, Outcome, Status, Submission
from crucible.domain.answer import Readiness
from crucible.domain.waiting import WaitReason
from tests.end_to_end.machine import PATIENT, Machine, machine
from tests.executor.test_crippled_hosts import FREEZE, OWN_MOUNTS, THAW
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may take something from a host of its own")


@pytest.fixture
def crippled(tmp_path: Path) -> Iterator[Machine]:
    """A server on a host whose mounts are its own."""
    with machine(tmp_path / "data", prefix=OWN_MOUNTS) as made:
        yield made


def ready(crucible: Crucible, *, when: bool) -> Readiness:
    """Wait until the server says that it is ready, or that it isn't."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (said := crucible.readiness()).ready is not when:
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
    return said


def reason_of(crucible: Crucible, evaluation_id: str) -> str:
    """Return why it waits, once the worker has told that it takes no such program."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = crucible.get(evaluation_id)
        assert found.status is Status.QUEUED
        if found.waiting and found.waiting.reason is WaitReason.NO_CAPABILITY:
            return found.waiting.detail
        assert time.monotonic() < deadline, found.waiting
        time.sleep(0.1)


def test_where_no_sandbox_can_be_made_readiness_says_so_and_programs_wait_instead_of_failing(
    crippled: Machine,
) -> None:
    assert crippled.server is not None
    within = ("nsenter", "--target", str(crippled.server.pid), "--mount", "sh", "-ec")
    with Crucible(crippled.url, retries=PATIENT) as crucible:
        assert crucible.run(Submission(code="print(1)")).outcome is Outcome.SUCCEEDED
        subprocess.run([*within, FREEZE], check=True)
        failed = crucible.run(Submission(code="print(2)", limits=Limits(memory_bytes=64 * 2**20)))
        assert failed.outcome is Outcome.SANDBOX_ERROR
        said = ready(crucible, when=False)
        assert set(said.unready) == {"sandbox"}
        assert "namespaces: an empty program did not begin" in said.unready["sandbox"]
        assert "Read-only file system" in said.unready["sandbox"]
        (usual,) = [engine for engine in crucible.engines() if engine.default]
        assert not usual.available

        waits = crucible.submit(Submission(code="print(3)"))
        assert "engine namespaces, which is not available now" in reason_of(crucible, waits.id)

        subprocess.run([*within, THAW], check=True)
        assert crucible.wait(waits.id).stdout == "3\n"
        ready(crucible, when=True)
    assert "no_sandboxes" in crippled.log
    assert "sandboxes_again" in crippled.log


def test_a_worker_that_is_paused_is_said(crippled: Machine) -> None:
    with Crucible(crippled.url, retries=PATIENT) as crucible:
        ready(crucible, when=True)
        assert crippled.command("pause", "--all").returncode == 0
        assert ready(crucible, when=False).unready["worker"].startswith("it is paused")
        assert crippled.command("resume", "--all").returncode == 0
        ready(crucible, when=True)
