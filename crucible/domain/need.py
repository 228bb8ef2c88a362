"""What an evaluation needs of a worker, apart from a free slot, as one word that an index can hold.

Evaluations with the same need wait in one line for each tenant and priority, so that a worker passes over
thousands that are not for it in one step. How large a program is counts by powers of two: a large one can't stand
before the small ones, and there are few lines.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Self

from crucible.domain.evaluation import Submission
from crucible.domain.limits import GIB, Limits
from crucible.domain.sandbox import AUTO_ENGINE, Isolation

_ORDINARY_GIB = 1
_ORDINARY_CPUS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a worker must offer."""

    runtime: str
    image: str | None = None
    engine: str | None = None
    """The engine that was named; `None` where any will do: it was not, or is `auto`."""
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    labels: tuple[str, ...] = ()
    """Each must be the worker's; sorted."""
    size: int = 0
    """0: ordinary. Otherwise it reserves more than half so many GiB, or processors, whichever are more."""

    @classmethod
    def of(cls, submission: Submission, runtime: str) -> Self:
        """Return the need of a submission, given the own name of its runtime."""
        return cls(
            runtime=runtime,
            image=submission.image,
            engine=None if submission.engine == AUTO_ENGINE else submission.engine,
            minimum_isolation=submission.minimum_isolation,
            labels=tuple(sorted(set(submission.worker_labels))),
            size=_size(submission.limits),
        )

    @property
    def word(self) -> str:
        """The need as one word: alike needs have the same."""
        parts = [self.runtime, self.image, self.engine, self.minimum_isolation.value, list(self.labels), self.size]
        return json.dumps(parts, separators=(",", ":"))


@lru_cache(maxsize=4096)
def need_of(word: str) -> Need:
    """Return the need that a word says. Raises ValueError for what is none."""
    runtime, image, engine, isolation, labels, size = json.loads(word)
    return Need(
        runtime=runtime,
        image=image,
        engine=engine,
        minimum_isolation=Isolation(isolation),
        labels=tuple(labels),
        size=size,
    )


def _size(limits: Limits) -> int:
    memory, cpus = ceil(limits.memory_bytes / GIB), ceil(limits.cpus)
    if memory <= _ORDINARY_GIB and cpus <= _ORDINARY_CPUS:
        return 0
    return 1 << (max(memory, cpus) - 1).bit_length()
