import pytest
import sqlalchemy as sa

from crucible.database.tables import evaluation_outputs, events
from crucible.domain.sandbox import SandboxAttempt
from crucible.domain.status import Status
from crucible.evaluations.reap import reap
from tests.evaluations.steps import STARTED, SUCCEEDED, finished, get, held
from tests.evaluations.test_reap import AT_ONCE


async def rows_of(database, evaluation_id: str, fence: int) -> tuple[list[str], int]:
    """Return the kinds of the events under a fence, in order, and how many outputs there are."""
    async with database.system_unit_of_work() as work:
        connection = work.leases._connection
        kinds = await connection.execute(
            sa.select(events.c.kind)
            .where(events.c.evaluation_id == evaluation_id, events.c.fence == fence)
            .order_by(events.c.sequence)
        )
        outputs = await connection.execute(
            sa.select(sa.func.count()).where(evaluation_outputs.c.evaluation_id == evaluation_id)
        )
        return list(kinds.scalars()), outputs.scalar_one()


async def test_a_result_is_kept_with_its_output_and_all_of_its_events(database, blobs, stream):
    one = await held(database)
    assert await finished(database, blobs, stream, one)
    kept = (["started", "output", "finished"], 1)
    assert await rows_of(database, one.evaluation_id, one.fence) == kept
    assert await finished(database, blobs, stream, one), "its holder may not have heard of the commit"
    assert await rows_of(database, one.evaluation_id, one.fence) == kept


async def test_a_result_whose_lease_was_lost_leaves_no_row(database, blobs, stream):
    one = await held(database)
    await reap(database, blobs, stream, patience=AT_ONCE, everything=True)
    assert not await finished(database, blobs, stream, one)
    assert await rows_of(database, one.evaluation_id, one.fence) == ([], 0)
    assert (await get(database, one.evaluation_id)).status is Status.QUEUED


@pytest.mark.parametrize("number", [1, 20])
async def test_what_a_program_tried_may_have_any_name_and_be_of_any_number(database, blobs, stream, number):
    one = await held(database)
    tried = [
        SandboxAttempt(action="connection", name=f"{place}", detail="a\0b", count=1, wall_seconds=0.1)
        for place in range(number)
    ]
    assert await finished(database, blobs, stream, one, STARTED, *tried, SUCCEEDED)
    kinds, _ = await rows_of(database, one.evaluation_id, one.fence)
    assert kinds == ["started", *["attempt"] * number, "finished"]
