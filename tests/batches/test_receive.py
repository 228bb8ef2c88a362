import asyncio

import pytest

from crucible.batches import create, find, receive
from crucible.database.batches import ItemFilter
from crucible.domain import batch as batches
from crucible.domain.batch import BatchRequest, BatchState
from crucible.domain.errors import (
    ConflictError,
    IdempotencyConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
)
from crucible.domain.evaluation import InputFile, Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from tests.batches.steps import get, handed_in, made, programs
from tests.evaluations.steps import STRANGER, VIEWER


async def listed(database, batch_id: str) -> list[tuple[int | None, str]]:
    page = await find.items(database, LOCAL_OWNER, batch_id, ItemFilter(), limit=200)
    return [(one.batch_position, one.labels["n"]) for one in page.items]


async def test_a_batch_keeps_its_evaluations_in_the_order_in_which_they_were_handed_in(database):
    batch = await made(database, programs(3), programs(2, first=3))
    assert (batch.state, batch.received, batch.statuses) == (BatchState.RUNNING, 5, {Status.QUEUED: 5})
    assert await listed(database, batch.id) == [(n, str(n)) for n in range(5)]


async def test_an_open_batch_takes_more_until_it_is_closed(database):
    batch = await made(database, programs(2), last=False)
    assert batch.state is BatchState.OPEN
    await handed_in(database, batch.id, programs(1, first=2), offset=2)
    assert (await receive.close(database, LOCAL_OWNER, batch.id)).state is BatchState.RUNNING
    with pytest.raises(ConflictError, match="closed with 3"):
        await handed_in(database, batch.id, programs(1, first=3), offset=3)


async def test_what_is_handed_in_again_is_not_made_again(database):
    batch = await made(database, programs(3), last=False)
    again = await handed_in(database, batch.id, programs(2), programs(4, first=2), last=True)
    assert again.received == 6
    assert await listed(database, batch.id) == [(n, str(n)) for n in range(6)]
    assert await handed_in(database, batch.id, programs(6), last=True) == await get(database, batch.id)


@pytest.mark.parametrize(
    "other",
    [
        Submission(code="print(2)", labels={"n": "1"}),
        Submission(code="print(1)", labels={"n": "other"}),
        Submission(code="print(1)", labels={"n": "1"}, stdin="x"),
        Submission(code="print(1)", labels={"n": "1"}, files=(InputFile(path="x"),)),
        Submission(code="print(1)", labels={"n": "1"}, runtime="bash"),
    ],
)
async def test_another_list_is_not_taken_for_the_one_that_broke_off(database, other: Submission):
    batch = await made(database, programs(3), last=False)
    with pytest.raises(ConflictError, match="position 1 of batch"):
        await handed_in(database, batch.id, [programs(1)[0], other, *programs(2, first=2)])
    assert (await get(database, batch.id)).received == 3


async def test_a_shorter_list_does_not_close_a_batch(database):
    batch = await made(database, programs(3), last=False)
    with pytest.raises(ConflictError, match="has 3 evaluations, and this would end it at 2"):
        await handed_in(database, batch.id, programs(2), last=True)


async def test_a_gap_is_refused(database):
    batch = await made(database, programs(2), last=False)
    with pytest.raises(InvalidRequestError) as refused:
        await handed_in(database, batch.id, programs(1, first=3), offset=3)
    assert [(error.field, error.message) for error in refused.value.errors] == [
        ("offset", f"must be at most 2, which is what batch {batch.id} has; is 3")
    ]
    with pytest.raises(InvalidRequestError):
        await handed_in(database, batch.id, offset=3)


async def test_chunks_before_a_refused_one_stay_and_it_is_named(database):
    batch = await made(database, last=False)
    with pytest.raises(InvalidRequestError) as refused:
        await handed_in(database, batch.id, programs(2), [programs(1)[0], Submission(code="1", runtime="cobol")])
    assert refused.value.errors[0].field == "lines[3].runtime"
    assert (await get(database, batch.id)).received == 2


async def test_a_batch_has_a_bound(database, monkeypatch):
    monkeypatch.setattr(receive, "MAXIMUM_ITEMS", 4)
    batch = await made(database, programs(4), last=False)
    with pytest.raises(InvalidRequestError, match="lines: must be at most 4 in a batch; 4 are there"):
        await handed_in(database, batch.id, programs(1, first=4), offset=4)
    assert batches.MAXIMUM_ITEMS == 100_000


async def test_two_who_send_the_same_list_make_it_once(database):
    batch = await made(database, last=False)
    chunks = [programs(5, first=start) for start in range(0, 40, 5)]
    await asyncio.gather(*(handed_in(database, batch.id, *chunks) for _ in range(2)))
    assert await listed(database, batch.id) == [(n, str(n)) for n in range(40)]


async def test_a_key_makes_one_batch(database):
    first, second = [
        await create.create(database, LOCAL_OWNER, BatchRequest(name="x"), idempotency_key="k") for _ in range(2)
    ]
    assert (first.what, first.replayed, second.replayed) == (second.what, False, True)
    with pytest.raises(IdempotencyConflictError):
        await create.create(database, LOCAL_OWNER, BatchRequest(name="y"), idempotency_key="k")


async def test_a_batch_is_its_tenants_alone(database):
    batch = await made(database, programs(1))
    for asking in (
        find.get(database, STRANGER, batch.id),
        find.causes(database, STRANGER, batch.id),
        find.items(database, STRANGER, batch.id, ItemFilter(), limit=1),
        receive.close(database, STRANGER, batch.id),
    ):
        with pytest.raises(NotFoundError):
            await asking
    with pytest.raises(PermissionDeniedError):
        await create.create(database, VIEWER, BatchRequest())
