import pytest

from crucible.domain.errors import ConflictError, NotFoundError, PermissionDeniedError
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations.cancel import cancel
from crucible.evaluations.heartbeat import heartbeat
from tests.evaluations.steps import STRANGER, VIEWER, claimed, finished, get, held, history, submitted


async def test_a_queued_one_ends_at_once_and_is_never_claimed(database, doorbell, stream):
    (one,) = await submitted(database)
    evaluation = await cancel(database, doorbell, stream, LOCAL_OWNER, one)
    assert (evaluation.status, evaluation.outcome) == (Status.CANCELLED, Outcome.CANCELLED)
    assert evaluation.timing.finished
    assert await history(database, one) == [("queued", (0, 0)), ("finished", (1, 0))]
    assert await claimed(database) == []


async def test_a_running_ones_holder_is_told_who_asked(database, doorbell, stream):
    beats: list[None] = []
    doorbell.listen(on_ring=lambda: None, on_cancel=lambda: beats.append(None))
    one = await held(database)
    evaluation = await cancel(database, doorbell, stream, LOCAL_OWNER, one.evaluation_id)
    assert evaluation.status is Status.RUNNING
    assert evaluation.cancel_requested
    assert beats == [None]
    hold = (one.evaluation_id, one.fence)
    assert await heartbeat(database, [hold], lease_seconds=30) == {hold: "local"}


async def test_asking_again_changes_nothing(database, doorbell, stream):
    (queued,) = await submitted(database)
    first = await cancel(database, doorbell, stream, LOCAL_OWNER, queued)
    assert await cancel(database, doorbell, stream, LOCAL_OWNER, queued) == first
    running = (await held(database)).evaluation_id
    first = await cancel(database, doorbell, stream, LOCAL_OWNER, running)
    assert await cancel(database, doorbell, stream, LOCAL_OWNER, running) == first


async def test_what_has_ended_otherwise_can_not_be_cancelled(database, doorbell, blobs, stream):
    one = await held(database)
    await finished(database, blobs, stream, one)
    with pytest.raises(ConflictError, match="completed"):
        await cancel(database, doorbell, stream, LOCAL_OWNER, one.evaluation_id)
    assert (await get(database, one.evaluation_id)).status is Status.COMPLETED


async def test_anothers_does_not_exist_and_viewers_may_not(database, doorbell, stream):
    (one,) = await submitted(database)
    with pytest.raises(NotFoundError):
        await cancel(database, doorbell, stream, STRANGER, one)
    with pytest.raises(PermissionDeniedError):
        await cancel(database, doorbell, stream, VIEWER, one)
