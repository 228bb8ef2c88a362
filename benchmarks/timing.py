"""Times things against each other on a machine that others use, too.

A slow minute of the machine would make whatever is measured in it look slow, so that nothing is measured alone:
each round runs every subject once, the baseline first. Ratios between subjects of the same rounds hold where
milliseconds would not.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to be timed. `run` returns when it is done, and raises where it went wrong."""

    name: str
    run: Callable[[], None]
    every: int = 1
    """In each how many rounds it is run; more than 1 for what is slow."""


@dataclass(frozen=True, slots=True)
class Timed:
    """How long the runs of a subject took, in seconds."""

    name: str
    seconds: list[float] = field(default_factory=list)

    def percentile(self, percent: float) -> float:
        """Return the smallest time that `percent` of the runs did not exceed (nearest rank)."""
        ordered = sorted(self.seconds)
        return ordered[max(ceil(percent / 100 * len(ordered)), 1) - 1]


def in_rounds(
    subjects: Sequence[Subject], rounds: int, *, on_round: Callable[[int], None] = lambda _: None
) -> dict[str, Timed]:
    """Run every subject in each round, after one run that is not counted; return the times by name."""
    for subject in subjects:
        subject.run()
    timed = {subject.name: Timed(subject.name) for subject in subjects}
    for number in range(rounds):
        for subject in subjects:
            if number % subject.every == 0:
                begin = time.perf_counter()
                subject.run()
                timed[subject.name].seconds.append(time.perf_counter() - begin)
        on_round(number + 1)
    return timed
