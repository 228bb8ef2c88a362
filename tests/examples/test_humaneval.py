"""The example as a person runs it: a server, a process, real problems."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import problems
import pytest

from benchmarks.server import started

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with started() as server:
        yield server.url


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "examples/humaneval/run.py", *arguments]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def samples_file(path: Path, samples: list[problems.Sample]) -> Path:
    lines = (json.dumps({"task_id": one.task_id, "completion": one.completion}) for one in samples)
    path.write_text("\n".join(lines))
    return path


def test_every_canonical_solution_succeeds(url: str) -> None:
    ended = run("--url", url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "164/164 succeeded" in ended.stdout


def test_no_body_that_does_nothing_succeeds(url: str) -> None:
    ended = run("--url", url, "--broken", "--json")
    found: dict[str, Any] = json.loads(ended.stdout)
    assert (ended.returncode, found["succeeded"], found["outcomes"]) == (0, 0, {"nonzero_exit": 164})


def test_samples_are_judged_and_their_pass_at_k_is_given(url: str, tmp_path: Path) -> None:
    first, second = list(problems.load().values())[:2]
    good, bad = problems.canonical([first, second]), problems.broken([first, second])
    file = samples_file(tmp_path / "samples.jsonl", [good[0], bad[0], good[1], good[1]])
    ended = run("--url", url, "--samples", str(file), "--k", "1,2,3", "--json")
    found: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert found["pass_at_k"] == {"1": 0.75, "2": 1.0, "3": None}
    assert [one["outcome"] for one in found["results"]] == ["succeeded", "nonzero_exit", "succeeded", "succeeded"]


def test_where_nobody_answers_it_says_how_to_start_a_server() -> None:
    ended = run("--url", "http://127.0.0.1:9")
    assert ended.returncode == 2
    assert "make up" in ended.stdout


def test_a_samples_file_with_nothing_in_it_is_refused(url: str, tmp_path: Path) -> None:
    ended = run("--url", url, "--samples", str(samples_file(tmp_path / "samples.jsonl", [])))
    assert ended.returncode == 2
    assert "has no samples" in ended.stdout
