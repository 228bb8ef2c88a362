"""Judge HumanEval's solutions with a running Crucible: `python examples/humaneval/run.py`.

Without arguments it submits what the problems' authors wrote, as one batch, and every one must succeed.
Exit code: 0 where all ended as they should, 1 where one did not, 2 where nothing could be judged.
"""

import argparse
import json
import secrets
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pass_at_k import mean_pass_at_k
from problems import Sample, SampleError, broken, canonical, load, read_samples, submission
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from crucible.client import (
    Crucible,
    CrucibleError,
    EvaluationFilter,
    EvaluationSummary,
    Outcome,
    ServerUnreachableError,
    Status,
    Submission,
)
from crucible.domain.evaluation import MAXIMUM_BATCH
from crucible.domain.outcome import Fault

POLL_SECONDS = 0.25
SHOWN_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Results:
    """What became of each sample, in the order of the samples."""

    samples: Sequence[Sample]
    evaluations: Sequence[EvaluationSummary]

    @property
    def outcomes(self) -> Counter[Outcome]:
        """How many ended in which way."""
        return Counter(one.outcome for one in self.evaluations if one.outcome)

    @property
    def wall_seconds(self) -> float:
        """From the first one's acknowledgement to the last one's end, by the server's clock."""
        ends = [one.timing.finished for one in self.evaluations if one.timing.finished]
        return (max(ends) - min(one.timing.queued for one in self.evaluations)).total_seconds()

    @property
    def per_second(self) -> float:
        """How many were judged a second."""
        return len(self.evaluations) / self.wall_seconds

    @property
    def not_judged(self) -> list[EvaluationSummary]:
        """Those that Crucible or a user ended: they say nothing about their samples."""
        return [one for one in self.evaluations if one.fault in {Fault.CRUCIBLE, Fault.USER}]

    def pass_at_k(self, ks: Sequence[int]) -> dict[int, float | None]:
        """Return pass@k for each k; None where a problem has fewer samples."""
        counts: defaultdict[str, list[bool]] = defaultdict(list)
        for sample, evaluation in zip(self.samples, self.evaluations, strict=True):
            counts[sample.task_id].append(evaluation.outcome is Outcome.SUCCEEDED)
        return {k: mean_pass_at_k(((len(each), sum(each)) for each in counts.values()), k) for k in ks}


def chunks(submissions: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    """Yield parts that are as large as one request may be."""
    for start in range(0, len(submissions), MAXIMUM_BATCH):
        yield submissions[start : start + MAXIMUM_BATCH]


def judge(crucible: Crucible, samples: Sequence[Sample], runtime: str, console: Console) -> Results:
    """Submit the samples and wait for all to end, with a bar that shows how far they are."""
    known, run = load(), secrets.token_hex(8)
    submissions = [submission(known[sample.task_id], sample, runtime=runtime, run=run) for sample in samples]
    mine = EvaluationFilter(label=(f"humaneval-run={run}",))
    unfinished = mine.model_copy(update={"status": frozenset({Status.QUEUED, Status.RUNNING})})
    columns = (TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("judging", total=len(samples))
        ids = [one.id for chunk in chunks(submissions) for one in crucible.submit_many(chunk)]
        while left := sum(1 for _ in crucible.evaluations(unfinished)):
            progress.update(task, completed=len(samples) - left)
            time.sleep(POLL_SECONDS)
        progress.update(task, completed=len(samples))
    ended = {one.id: one for one in crucible.evaluations(mine)}
    return Results(samples, [ended[each] for each in ids])


def show(results: Results, chances: Mapping[int, float | None], console: Console) -> None:
    """Print what became of the samples."""
    table = Table(title="HumanEval")
    table.add_column("outcome")
    table.add_column("samples", justify="right")
    table.add_column("share", justify="right")
    for outcome, count in results.outcomes.most_common():
        style = "green" if outcome is Outcome.SUCCEEDED else "red"
        table.add_row(outcome, str(count), f"{count / len(results.samples):.1%}", style=style)
    for k, chance in chances.items():
        table.add_row(f"pass@{k}", "", f"{chance:.1%}" if chance is not None else "too few samples")
    console.print(table)
    succeeded = results.outcomes[Outcome.SUCCEEDED]
    console.print(
        f"{succeeded}/{len(results.samples)} succeeded, "
        f"in {results.wall_seconds:.2f} s: {results.per_second:.1f} evaluations a second",
        highlight=False,
    )


def show_unexpected(results: Results, expected: bool, console: Console) -> None:
    """Print the first few that ended otherwise than they should, with what helps to find out why."""
    pairs = zip(results.samples, results.evaluations, strict=True)
    unexpected = [pair for pair in pairs if (pair[1].outcome is Outcome.SUCCEEDED) is not expected]
    for sample, evaluation in unexpected[:SHOWN_FAILURES]:
        why = f": {evaluation.error}" if evaluation.error else ""
        line = f"  {sample.task_id} {evaluation.outcome}{why} (crucible show {evaluation.id})"
        console.print(line, soft_wrap=True, markup=False)
    if len(unexpected) > SHOWN_FAILURES:
        console.print(f"  and {len(unexpected) - SHOWN_FAILURES} more")


def as_json(results: Results, chances: Mapping[int, float | None]) -> str:
    """Return everything for a program to read."""
    pairs = zip(results.samples, results.evaluations, strict=True)
    return json.dumps(
        {
            "samples": len(results.samples),
            "succeeded": results.outcomes[Outcome.SUCCEEDED],
            "outcomes": results.outcomes,
            "wall_seconds": results.wall_seconds,
            "per_second": results.per_second,
            "pass_at_k": chances,
            "results": [{"task_id": s.task_id, "id": e.id, "outcome": e.outcome} for s, e in pairs],
        },
        indent=2,
    )


def _ks(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def parse_arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--samples", type=Path, metavar="FILE", help="JSONL of task_id and completion; prints pass@k"
    )
    source.add_argument("--broken", action="store_true", help="bodies that do nothing, of which none must succeed")
    parser.add_argument("--k", type=_ks, default=(1, 10, 100), metavar="1,10,100", help="which pass@k")
    parser.add_argument("--url", help="the server; else CRUCIBLE_URL, else the one that `make up` starts")
    parser.add_argument("--runtime", default="python", help="which Python")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def run(options: argparse.Namespace, console: Console) -> int:
    """Judge what was asked for, print it, and return the exit code."""
    known = load()
    if options.samples:
        samples = read_samples(options.samples, known)
    else:
        samples = (broken if options.broken else canonical)(known.values())
    if not samples:
        raise SampleError(f"{options.samples} has no samples")
    with Crucible(options.url) as crucible:
        results = judge(crucible, samples, options.runtime, console)
    chances = results.pass_at_k(options.k) if options.samples else {}
    if options.json:
        print(as_json(results, chances))
    else:
        show(results, chances, console)
    if options.samples:
        return 1 if results.not_judged else 0
    show_unexpected(results, not options.broken, console)
    return 0 if results.outcomes[Outcome.SUCCEEDED] == (0 if options.broken else len(samples)) else 1


def main() -> int:
    """Run, and say in words why where that can't be done."""
    options = parse_arguments()
    console = Console(stderr=options.json)
    try:
        return run(options, console)
    except ServerUnreachableError as error:
        console.print(
            f"{error.detail}. Start one with `make up`, or name one with --url.", style="red", markup=False
        )
    except CrucibleError as error:
        console.print(f"{error.title}: {error.detail}", style="red", markup=False)
    except (SampleError, OSError) as error:
        console.print(str(error), style="red", markup=False)
    except KeyboardInterrupt:
        console.print("left; what was submitted goes on")
        return 130
    return 2


if __name__ == "__main__":
    sys.exit(main())
