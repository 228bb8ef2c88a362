"""HumanEval through the scaled-out form, while its workers are killed again and again."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.storm import BLOWS, sheltered
from tests.waiting import beside

ROOT = Path(__file__).resolve().parents[2]
PROBLEMS = 164
_LEAST_KILLED = 3


@pytest.mark.timeout(400)
def test_every_solution_succeeds_though_workers_are_killed() -> None:
    with sheltered(seed=1) as place:
        command = [sys.executable, "examples/humaneval/run.py", "--url", place.roles.url, "--json"]
        judging = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        with beside(judging):
            killed = 0
            while judging.poll() is None:
                time.sleep(place.chance.uniform(0.5, 1.5))
                BLOWS["a worker killed"](place)
                killed += 1
            assert judging.stdout is not None
            answer = json.load(judging.stdout)
    assert (judging.returncode, answer["outcomes"]) == (0, {"succeeded": PROBLEMS})
    assert killed >= _LEAST_KILLED
