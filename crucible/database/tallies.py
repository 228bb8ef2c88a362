"""What became of the evaluations of each half hour, and of each day, that is over, counted once.

Statistics of a day or more would otherwise read each of its evaluations every time. What is told of a time is put
together from the days in it, the half hours that are in none of these, and the evaluations that are in neither:
those of rows that are open, or after the last row. `tally_ledger` opens and fills rows; whoever changes what one
counts opens it again, in the transaction that does it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.seconds import seconds_between
from crucible.database.sketches import Sketch
from crucible.database.tables import evaluations, is_open, tallies
from crucible.domain.outcome import Outcome

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
_T = tallies.c
_E = evaluations.c
Span = tuple[datetime, datetime | None]
"""From a moment up to another, or without an end."""

TIMES = (
    _E.wall_seconds.label("ran"),
    seconds_between(_E.queued_at, _E.started_at).label("waited"),
)
"""How long a program ran, and how long it was queued the last time."""


class Tally(msgspec.Struct, frozen=True):
    """What became of a half hour's evaluations, or of a day's."""

    outcomes: dict[Outcome, list[int]]
    """How many ended so, of those queued in its only half hour or in each of the day's."""
    runtimes: dict[str, int]
    ran: Sketch
    waited: Sketch


@dataclass(frozen=True, slots=True)
class Tallied:
    """What is counted of a time, by when each part of it begins, and the spans that have still to be."""

    tallies: Sequence[tuple[datetime, Tally]]
    open: Sequence[Span]


async def tallied(connection: AsyncConnection, tenant_id: str, since: datetime) -> Tallied:
    """Return what is counted of all that a tenant queued since a moment at which a half hour begins."""
    rows = sa.select(_T.start, _T.counted).where(_T.tenant_id == tenant_id, _T.start >= since).order_by(_T.start)
    days = (await connection.execute(rows.where(_T.grain == DAY, sa.not_(is_open)))).all()
    beside = list(_between((day.start for day in days), since))
    half_hours = await connection.execute(rows.where(_T.grain == HALF_HOUR, is_within(_T.start, beside)))
    behind, _ = beside[-1]
    filled, spans = [(start, unpacked(counted)) for start, counted in days], list[Span]()
    for start, counted in half_hours:
        behind = max(behind, start + HALF_HOUR)
        if counted is None:
            spans.append((start, start + HALF_HOUR))
        else:
            filled.append((start, unpacked(counted)))
    return Tallied(filled, [*_joined(spans), (behind, None)])


async def reopen(connection: AsyncConnection, tenant_id: str, queued_at: datetime, at: datetime) -> None:
    """Have counted again in what something was queued that is shown no more, or again.

    The day first: who opens several half hours of one waits for whoever else does so, and not the other way about.
    """
    for grain in (DAY, HALF_HOUR):
        await connection.execute(
            tallies.update()
            .where(_T.tenant_id == tenant_id, _T.grain == grain, _T.start == start_of(grain, queued_at))
            .values(opened_at=at, counted=None)
        )


def is_within(moment: sa.ColumnElement[datetime], spans: Iterable[Span]) -> sa.ColumnElement[bool]:
    """Return the condition that a moment is in one of these."""
    return sa.or_(
        *(moment >= begin if end is None else sa.and_(moment >= begin, moment < end) for begin, end in spans)
    )


def start_of(grain: timedelta, moment: datetime) -> datetime:
    """Return when the half hour or day begins in which a moment is."""
    seconds = int(grain.total_seconds())
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)


def day_of(start: datetime, half_hours: Sequence[tuple[datetime, Tally]]) -> Tally:
    """Return the tally of a day that has these half hours, by when each begins."""
    outcomes = defaultdict[Outcome, list[int]](lambda: [0] * (DAY // HALF_HOUR))
    runtimes = defaultdict[str, int](int)
    for begin, tally in half_hours:
        for outcome, [count] in tally.outcomes.items():
            outcomes[outcome][(begin - start) // HALF_HOUR] = count
        for runtime, count in tally.runtimes.items():
            runtimes[runtime] += count
    return Tally(
        outcomes=outcomes,
        runtimes=runtimes,
        ran=Sketch.together(tally.ran for _, tally in half_hours),
        waited=Sketch.together(tally.waited for _, tally in half_hours),
    )


packed = msgspec.msgpack.Encoder().encode
"""A tally's bytes in its row."""
unpacked = msgspec.msgpack.Decoder(Tally).decode


def _between(days: Iterable[datetime], since: datetime) -> Iterator[Span]:
    """Yield the spans since a moment in which none of these days is, the last without an end."""
    for day in days:
        if since < day:
            yield since, day
        since = day + DAY
    yield since, None


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch."""
    joined: list[Span] = []
    for begin, end in spans:
        if joined and joined[-1][1] == begin:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined
