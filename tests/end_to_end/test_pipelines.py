"""Pipelines of real programs, and `kill -9` at any moment: every stage runs to its end, by one evaluation."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from crucible.client import Crucible, PipelineRequest, PipelineState, StageInput, StageRequest
from crucible.domain.pipeline import StageStatus
from tests.end_to_end.machine import PATIENT, Machine
from tests.pipelines.real import assert_each_ran_once, diamond

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pipeline" / "pipeline.toml"


def test_the_example_runs_as_it_says(shared: Machine) -> None:
    done = shared.command("pipeline", "run", EXAMPLE)
    assert (done.returncode, done.stderr) == (0, b"")
    last = next(line for line in done.stdout.decode().splitlines() if "✓ table" in line)
    told = shared.command("logs", last.split()[-1]).stdout.decode().splitlines()
    assert told == ["model       error", "line         3.20", "mean        34.82"]


def test_a_cancelled_pipeline_stops_what_runs(shared: Machine) -> None:
    stages = (
        StageRequest(name="long", code="import time\ntime.sleep(60)"),
        StageRequest(name="next", code="print(1)", needs=("long",)),
    )
    with Crucible(shared.url) as crucible:
        made = crucible.pipelines.create(PipelineRequest(stages=stages))
        while crucible.pipelines.get(made.id).stages[0].status is not StageStatus.RUNNING:
            time.sleep(0.02)
        began = time.monotonic()
        told = crucible.pipelines.cancel(made.id)
        assert told.stages[1].status is StageStatus.CANCELLED
        ended = crucible.pipelines.wait(made.id, poll_seconds=0.05)
        assert time.monotonic() - began < 10
    assert (ended.state, ended.statuses) == (PipelineState.CANCELLED, {StageStatus.CANCELLED: 2})


def test_what_a_hostile_stage_leaves_does_not_become_the_next_ones_program(shared: Machine) -> None:
    hostile = """
import os
for name in ("main.py", "sitecustomize.py", "usercustomize.py"):
    with open(name, "w") as file:
        file.write("print('mine now')")
os.symlink("/etc/passwd", "passwd")
os.link("main.py", "again")
"""
    stages = (
        StageRequest(name="hostile", code=hostile),
        StageRequest(
            name="judge",
            code="import os\nprint('judged', sorted(os.listdir()))",
            needs=("hostile",),
            inputs=(StageInput(stage="hostile"),),
        ),
        StageRequest(
            name="apart",
            code="import os\nprint('judged', sorted(os.listdir('theirs')))",
            needs=("hostile",),
            inputs=(StageInput(stage="hostile", as_="theirs"),),
        ),
    )
    with Crucible(shared.url) as crucible:
        ended = crucible.pipelines.wait(crucible.pipelines.create(PipelineRequest(stages=stages)).id)
        _, judge, apart = (crucible.get(stage.evaluation_id or "").stdout for stage in ended.stages)
    left = ["again", "main.py", "sitecustomize.py", "usercustomize.py"]
    assert (judge, apart) == (f"judged {left}\n", f"judged {left}\n")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(2))
def test_a_killed_server_loses_no_stage_and_repeats_none(enduring: Machine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments to kill at, which a seed can repeat
    with Crucible(enduring.url, retries=PATIENT) as crucible:
        made = [crucible.pipelines.create(diamond(number)) for number in range(6)]
        for _ in range(4):
            time.sleep(chance.uniform(0.05, 0.8))
            enduring.kill()
            enduring.start()
        assert_each_ran_once(crucible, made)


@pytest.mark.timeout(300)
def test_a_killed_executor_loses_no_stage_and_repeats_none(enduring: Machine) -> None:
    with Crucible(enduring.url, retries=PATIENT) as crucible:
        made = [crucible.pipelines.create(diamond(number)) for number in range(4)]
        time.sleep(0.5)
        os.kill(enduring.executor, signal.SIGKILL)
        assert_each_ran_once(crucible, made)
