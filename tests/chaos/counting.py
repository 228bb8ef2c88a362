"""The count at the end of a storm: what was acknowledged, beside what the database itself says became of it."""

from collections import Counter
from dataclasses import dataclass

import psycopg

from tests.chaos.load import Load
from tests.chaos.outage import Outage
from tests.chaos.ticking import Ticks

_OUTCOMES_OF_THE_LOAD = (
    "SELECT outcome FROM evaluations WHERE labels->>'schedule' IS NULL AND labels->>'probe' IS NULL"
)
_ENDED_OTHERWISE_THAN_ONCE = """
SELECT count(*) FROM evaluations e WHERE
    (SELECT count(*) FROM events v WHERE v.evaluation_id = e.id AND v.kind = 'finished') <> 1
    OR (SELECT count(*) FROM evaluation_outputs o WHERE o.evaluation_id = e.id) <> 1
"""


@dataclass(frozen=True)
class Seen:
    """What was seen of a storm from outside."""

    seconds: float
    blows: Counter[str]
    ended_by_themselves: tuple[str, ...]
    """Roles that were not there any more though nobody had killed them."""
    deaf: frozenset[str]
    """Workers that took nothing any more."""
    outages: tuple[Outage, ...]
    ticks: Ticks
    refused: int
    """Results and leases of stale holders that were turned away."""

    @property
    def is_well(self) -> bool:
        """Whether everything serves again, and the API said so when it did not."""
        return (
            not self.ended_by_themselves
            and not self.deaf
            and self.ticks.are_each_once
            and all(outage.is_well for outage in self.outages)
        )


@dataclass(frozen=True)
class Report:
    """What came of it."""

    seen: Seen
    acknowledged: int
    given_up: int
    outcomes: Counter[str]
    """Of the load's evaluations in the table: the acknowledged, and those whose answer was lost on its way."""
    unended: int
    wrong: tuple[str, ...]
    """Acknowledged ones that are not there, or printed something else."""
    ended_otherwise_than_once: int
    """Evaluations whose history has another number of ends than one, or of outputs."""
    attempts_lost: int
    leftover_leases: int

    @property
    def adds_up(self) -> bool:
        """Whether each acknowledged evaluation ended once, as its own program says, and nothing else is there."""
        return (
            self.seen.is_well
            and not self.wrong
            and self.unended == self.ended_otherwise_than_once == self.leftover_leases == 0
            and set(self.outcomes) == {"succeeded"}
            and self.outcomes.total() >= self.acknowledged
            and (self.given_up > 0 or self.outcomes.total() == self.acknowledged)
        )

    def lines(self) -> list[str]:
        """Return the report for people."""
        seen = self.seen
        return [
            f"{seen.seconds:.0f} s, {sum(seen.blows.values())} blows:",
            *(f"  {count:4} times {name}" for name, count in sorted(seen.blows.items())),
            *(outage.line() for outage in seen.outages),
            f"{self.acknowledged} evaluations acknowledged; {self.given_up} requests without an answer",
            f"{self.outcomes.total()} in the table: "
            + ", ".join(f"{n} {each}" for each, n in sorted(self.outcomes.items())),
            f"{self.unended} not ended, {self.ended_otherwise_than_once} ended otherwise than once",
            f"{len(self.wrong)} missing or with another's output, {self.leftover_leases} leases left over",
            f"{self.attempts_lost} attempts lost and made again; {seen.refused} stale holders turned away",
            seen.ticks.line(),
            f"roles that ended by themselves: {', '.join(seen.ended_by_themselves) or 'none'}",
            f"workers that take nothing any more: {', '.join(sorted(seen.deaf)) or 'none'}",
            "it adds up" if self.adds_up else "IT DOES NOT ADD UP",
        ]


def count(url: str, load: Load, seen: Seen) -> Report:
    """Return the report. `url`: the database's."""
    with psycopg.connect(url, autocommit=True) as connection:

        def number(query: str) -> int:
            row = connection.execute(query).fetchone()
            assert row is not None
            return int(row[0] or 0)

        printed = {
            identifier: bytes(stdout)
            for identifier, stdout in connection.execute("SELECT evaluation_id, stdout FROM evaluation_outputs")
        }
        outcomes = Counter(str(outcome) for (outcome,) in connection.execute(_OUTCOMES_OF_THE_LOAD))
        return Report(
            seen=seen,
            acknowledged=len(load.acknowledged),
            given_up=load.given_up,
            outcomes=outcomes,
            unended=number("SELECT count(*) FROM evaluations WHERE outcome IS NULL"),
            wrong=tuple(
                identifier
                for identifier, expected in load.acknowledged.items()
                if printed.get(identifier) != expected.encode()
            ),
            ended_otherwise_than_once=number(_ENDED_OTHERWISE_THAN_ONCE),
            attempts_lost=number("SELECT sum(infrastructure_attempts) FROM evaluations"),
            leftover_leases=number("SELECT count(*) FROM evaluations WHERE lease_until IS NOT NULL"),
        )
