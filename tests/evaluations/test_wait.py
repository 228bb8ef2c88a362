import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from crucible.domain.errors import NotFoundError
from crucible.domain.event import Event
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations.reap import reap
from crucible.evaluations.wait import until_final
from crucible.stream.stream import EventStream
from crucible.stream.telling import Position
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


class Deaf:
    """A subscription that swallows that it was cancelled, as a client library may, and then ends."""

    async def after(self, _position: Position) -> AsyncIterator[Event]:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return
        yield


async def test_a_wait_ends_though_its_subscription_does_not_hear_that_it_should(database, stream, monkeypatch):
    (one,) = await submitted(database)
    monkeypatch.setattr(stream, "subscribe", lambda _: contextlib.nullcontext(Deaf()))
    async with asyncio.timeout(30):
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
