"""Many at once: nothing is refused that could wait, nothing lost, nothing mixed up."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from crucible.client import AsyncCrucible, Outcome, Submission
from tests.end_to_end.machine import Machine
from tests.sandbox import host

AT_ONCE = 500


@pytest.mark.timeout(300)
async def test_five_hundred_submissions_at_once_each_get_their_own_answer(shared: Machine) -> None:
    executor = shared.executor
    async with AsyncCrucible(shared.url) as crucible:

        async def run(number: int) -> tuple[Outcome | None, bool]:
            evaluation = await crucible.run(Submission(code=f"print({number} * 7)"))
            return evaluation.outcome, evaluation.stdout == f"{number * 7}\n"

        answers = Counter(await asyncio.gather(*map(run, range(AT_ONCE))))
    assert answers == {(Outcome.SUCCEEDED, True): AT_ONCE}
    assert shared.executor == executor, "the executor was lost under them"
    assert len(list(Path(f"/proc/{executor}/fd").iterdir())) < 100
    groups = sum(len(list(top.glob("*/"))) for top in host.groups_of(executor))
    assert groups < 100, "what is kept ready is bounded, and the rest is gone"
