import asyncio

import pytest

from crucible.domain.errors import NotFoundError
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations.reap import reap
from crucible.evaluations.wait import until_final
from crucible.stream.stream import EventStream
from tests.evaluations.steps import claimed, finished, held, submitted
from tests.evaluations.test_reap import AT_ONCE


@pytest.fixture
def stream(either_stream: EventStream) -> EventStream:
    return either_stream


async def test_a_wait_ends_with_the_evaluation(database, blobs, stream):
    one = await held(database)
    waits = [
        asyncio.create_task(until_final(database, stream, LOCAL_OWNER, one.evaluation_id, 30)) for _ in range(3)
    ]
    await asyncio.sleep(0.01)
    await finished(database, blobs, stream, one)
    assert [(await wait).status for wait in waits] == [Status.COMPLETED] * 3


async def test_what_has_ended_is_not_waited_for(database, blobs, stream):
    one = await held(database)
    await finished(database, blobs, stream, one)
    assert (await until_final(database, stream, LOCAL_OWNER, one.evaluation_id, 0)).status is Status.COMPLETED


async def test_a_wait_that_is_not_answered_shows_what_there_is(database, stream):
    (one,) = await submitted(database)
    assert (await until_final(database, stream, LOCAL_OWNER, one, 0.01)).status is Status.QUEUED


async def test_a_wait_goes_on_over_a_lost_attempt(database, blobs, stream):
    one = await held(database, lease=0.0)
    wait = asyncio.create_task(until_final(database, stream, LOCAL_OWNER, one.evaluation_id, 30))
    await asyncio.sleep(0.01)
    await reap(database, blobs, stream, patience=AT_ONCE)
    await asyncio.sleep(0.01)
    (again,) = await claimed(database)
    await finished(database, blobs, stream, again)
    assert (await wait).status is Status.COMPLETED


async def test_what_is_not_there_can_not_be_waited_for(database, stream):
    with pytest.raises(NotFoundError):
        await until_final(database, stream, LOCAL_OWNER, "ev_missing", 1)
