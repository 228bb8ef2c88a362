"""Lists in other orders than the usual: every page, each row once, what has no value last."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from crucible.database.listing import cursor_after, parse_cursor
from crucible.database.tables import evaluations
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import EvaluationFilter, Order, Sort, Submission
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
VALUES = [3, 1, None, 2, 2, None, 0]
"""What each has of everything; two of them have the same, and two nothing yet."""
RUNTIMES = ["b", "a", "c", "a", "b", "c", "a"]


async def filled(database) -> list[str]:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        added = await work.evaluations.add([Submission(code="1")] * len(VALUES), RUNTIMES, await work.now())
        for one, value in zip(added, VALUES, strict=True):
            if value is not None:
                await work.evaluations._connection.execute(
                    sa.update(evaluations)
                    .where(evaluations.c.id == one.id)
                    .values(
                        status=Status.COMPLETED,
                        outcome=list(Outcome)[value],
                        finished_at=NOON + timedelta(seconds=value),
                        wall_seconds=value / 3,
                        cpu_seconds=value / 7,
                        peak_memory_bytes=value * 2**40,
                        attempt_count=value,
                    )
                )
    return [one.id for one in added]


async def read(database, wanted: EvaluationFilter) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        async with database.read(LOCAL_OWNER) as view:
            page = await view.evaluations.page(wanted, limit=2, cursor=cursor)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen


async def test_what_has_no_value_yet_comes_last_in_either_direction(database):
    ids = await filled(database)
    pairs = list(zip(VALUES, ids, strict=True))
    for order, turn in ((Order.DESCENDING, -1), (Order.ASCENDING, 1)):
        known = sorted((value, one) for value, one in pairs if value is not None)[::turn]
        missing = sorted(one for value, one in pairs if value is None)[::turn]
        for sort in (Sort.FINISHED, Sort.DURATION, Sort.CPU, Sort.MEMORY):
            listed = await read(database, EvaluationFilter(sort=sort, order=order))
            assert listed == [one for _, one in known] + missing, (sort, order)


async def test_every_order_shows_each_once(database):
    ids = await filled(database)
    for sort in Sort:
        for order in Order:
            assert sorted(await read(database, EvaluationFilter(sort=sort, order=order))) == sorted(ids)


async def test_runtimes_are_in_order_of_their_names(database):
    ids = await filled(database)
    names = dict(zip(ids, RUNTIMES, strict=True))
    listed = await read(database, EvaluationFilter(sort=Sort.RUNTIME, order=Order.ASCENDING))
    assert [names[one] for one in listed] == sorted(RUNTIMES)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "{}", "[]", "1e400", '"\\u0000"', '"\\ud800"'])
@pytest.mark.parametrize("sort", list(Sort))
def test_a_cursor_with_a_value_that_no_row_has_is_refused(sort: Sort, value: str):
    text = f'[{value},"ev_00000000000000000000000000","{sort}"]'
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    with pytest.raises(InvalidRequestError) as refusal:
        parse_cursor(cursor, sort)
    assert [error.field for error in refusal.value.errors] == ["cursor"]


def test_a_cursor_of_another_order_is_refused():
    row = type("Row", (), {"wall_seconds": 1.5, "id": "ev_00000000000000000000000000"})()
    cursor = cursor_after(row, EvaluationFilter(sort=Sort.DURATION))
    assert parse_cursor(cursor, Sort.DURATION) == (1.5, row.id)
    with pytest.raises(InvalidRequestError):
        parse_cursor(cursor, Sort.CPU)
