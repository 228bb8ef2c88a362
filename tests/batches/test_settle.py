"""How a batch ends: by itself, cancelled, and tried again."""

import csv
import io
import json

import pytest
import sqlalchemy as sa

from crucible.batches import cancel, find, retry
from crucible.batches.export import ExportFormat, export
from crucible.batches.settle import count_ended, stop_cancelled
from crucible.database.batches import ItemFilter
from crucible.database.tables import batches
from crucible.domain.batch import BatchState, RetryRequest
from crucible.domain.errors import ConflictError, IdempotencyConflictError, InvalidRequestError, NotFoundError
from crucible.domain.evaluation import Submission
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations.heartbeat import heartbeat
from tests.batches.steps import all_ended, failed, get, handed_in, made, programs
from tests.evaluations.steps import STRANGER, claimed, finished, history
from tests.fake_executor import SUCCEEDED, SandboxFinished

TIMED_OUT = failed(Outcome.TIMED_OUT)


async def items(database, batch_id: str, **wanted):
    return (await find.items(database, LOCAL_OWNER, batch_id, ItemFilter(**wanted), limit=200)).items


async def kept(database, batch_id: str) -> bool:
    async with database._reader.connect() as connection:
        found = await connection.execute(sa.select(batches.c.counts).where(batches.c.id == batch_id))
        return found.scalar_one() is not None


async def test_a_batch_ends_with_its_last_evaluation_and_its_counts_are_kept(database, blobs, stream):
    batch = await made(database, programs(4))
    await all_ended(database, blobs, stream, SUCCEEDED, failed())
    ended = await get(database, batch.id)
    assert (ended.state, ended.ended) == (BatchState.COMPLETED, 4)
    assert ended.outcomes == {Outcome.SUCCEEDED: 2, Outcome.NONZERO_EXIT: 2}
    assert ended.finished_at == max(one.timing.finished for one in await items(database, batch.id))
    assert await count_ended(database) == 1
    assert await kept(database, batch.id)
    assert await get(database, batch.id) == ended
    assert await count_ended(database) == 0


async def test_a_batch_that_is_open_or_runs_is_not_counted(database, blobs, stream):
    batch = await made(database, programs(2), last=False)
    await all_ended(database, blobs, stream)
    assert await count_ended(database) == 0
    await handed_in(database, batch.id, programs(1, first=2), offset=2, last=True)
    assert await count_ended(database) == 0
    assert (await get(database, batch.id)).state is BatchState.RUNNING


async def test_an_empty_batch_ends_as_it_is_closed(database):
    batch = await made(database)
    assert (batch.state, batch.finished_at) == (BatchState.COMPLETED, batch.closed_at)
    assert await count_ended(database) == 1


async def test_those_that_failed_alike_are_one_cause(database, blobs, stream):
    batch = await made(database, programs(7))
    await all_ended(database, blobs, stream, SUCCEEDED, failed(), failed(), TIMED_OUT)
    found = (await find.causes(database, LOCAL_OWNER, batch.id)).items
    assert [(each.outcome, each.cause, each.count) for each in found] == [
        (Outcome.NONZERO_EXIT, "ValueError: item # at …", 4),
        (Outcome.TIMED_OUT, None, 1),
    ]
    assert len(found[0].examples) == 3
    alike = await items(database, batch.id, cause="ValueError: item # at …")
    assert [one.batch_position for one in alike] == [1, 2, 5, 6]
    assert {one.id for one in alike} >= set(found[0].examples)


async def test_a_list_is_cut_into_pages_by_position(database, blobs, stream):
    batch = await made(database, programs(5))
    await all_ended(database, blobs, stream, failed(), SUCCEEDED)
    wanted = ItemFilter(outcome=frozenset({Outcome.NONZERO_EXIT}))
    first = await find.items(database, LOCAL_OWNER, batch.id, wanted, limit=2)
    rest = await find.items(database, LOCAL_OWNER, batch.id, wanted, limit=2, cursor=first.next_cursor)
    assert [[one.batch_position for one in page.items] for page in (first, rest)] == [[0, 2], [4]]
    assert rest.next_cursor is None
    with pytest.raises(InvalidRequestError, match="cursor"):
        await find.items(database, LOCAL_OWNER, batch.id, wanted, limit=2, cursor="-1")


async def test_a_retry_runs_what_failed_and_nothing_else(database, blobs, stream, doorbell):
    batch = await made(database, programs(6))
    await all_ended(database, blobs, stream, SUCCEEDED, failed(), TIMED_OUT)
    await count_ended(database)
    before = await items(database, batch.id)
    again = await retry.retry(
        database, doorbell, LOCAL_OWNER, batch.id, RetryRequest(faults=frozenset({Fault.PROGRAM}))
    )
    assert (again.state, again.retried) == (BatchState.RUNNING, 2)
    assert again.statuses == {Status.COMPLETED: 4, Status.QUEUED: 2}
    specs = {one.spec.code for one in await all_ended(database, blobs, stream)}
    assert specs == {"print(1)", "print(4)"}
    after = await items(database, batch.id)
    assert [one.labels for one in after] == [one.labels for one in before]
    changed = [place for place in range(6) if after[place].id != before[place].id]
    assert changed == [1, 4]
    assert (await get(database, batch.id)).outcomes == {Outcome.SUCCEEDED: 4, Outcome.TIMED_OUT: 2}
    assert await count_ended(database) == 1
    async with database.read(LOCAL_OWNER) as view:
        old = await view.evaluations.get(before[1].id)
    assert (old.outcome, old.replaced_by) == (Outcome.NONZERO_EXIT, after[1].id)
    assert [kind for kind, _ in await history(database, after[1].id)][:1] == ["queued"]


async def test_a_retry_that_is_asked_for_twice_changes_nothing_the_second_time(database, blobs, stream, doorbell):
    batch = await made(database, programs(2))
    await all_ended(database, blobs, stream, failed())
    first, second = [
        await retry.retry(database, doorbell, LOCAL_OWNER, batch.id, RetryRequest()) for _ in range(2)
    ]
    assert first == second
    with pytest.raises(InvalidRequestError, match="faults: must be of"):
        await retry.retry(
            database, doorbell, LOCAL_OWNER, batch.id, RetryRequest(faults=frozenset({Fault.NOBODY}))
        )


async def test_a_retry_that_is_sent_again_under_its_key_leaves_what_failed_since(
    database, blobs, stream, doorbell
):
    batch = await made(database, programs(1))

    async def again(key: str, **asked) -> int:
        await all_ended(database, blobs, stream, failed())
        await count_ended(database)
        request = RetryRequest(**asked)
        return (await retry.retry(database, doorbell, LOCAL_OWNER, batch.id, request, idempotency_key=key)).retried

    assert [await again(key) for key in ("one", "one", "two", "one")] == [1, 1, 2, 2]
    with pytest.raises(IdempotencyConflictError):
        await again("one", faults={Fault.USER})


async def test_more_than_a_chunk_is_tried_again(database, blobs, stream, doorbell, monkeypatch):
    monkeypatch.setattr(retry, "CHUNK_ITEMS", 3)
    batch = await made(database, programs(8))
    await all_ended(database, blobs, stream, failed())
    again = await retry.retry(database, doorbell, LOCAL_OWNER, batch.id, RetryRequest())
    assert (again.retried, again.statuses) == (8, {Status.QUEUED: 8})


async def test_a_cancelled_batch_ends_what_is_queued_and_tells_what_runs(database, blobs, stream, doorbell):
    batch = await made(database, programs(4))
    (one,) = await claimed(database)
    told = await cancel.cancel(database, doorbell, stream, LOCAL_OWNER, batch.id)
    assert (told.cancel_requested, told.state) == (True, BatchState.RUNNING)
    assert told.statuses == {Status.CANCELLED: 3, Status.RUNNING: 1}
    hold = (one.evaluation_id, one.fence)
    assert await heartbeat(database, [hold], lease_seconds=30) == {hold: LOCAL_OWNER.subject}
    stopped = SandboxFinished(outcome=Outcome.CANCELLED, wall_seconds=0.1, cpu_seconds=0.1, peak_memory_bytes=1)
    assert await finished(database, blobs, stream, one, stopped)
    ended = await get(database, batch.id)
    assert (ended.state, ended.outcomes) == (BatchState.CANCELLED, {Outcome.CANCELLED: 4})
    assert await cancel.cancel(database, doorbell, stream, LOCAL_OWNER, batch.id) == ended
    assert await count_ended(database) == 1
    assert [kind for kind, _ in await history(database, (await items(database, batch.id))[3].id)] == [
        "queued",
        "finished",
    ]


async def test_a_cancel_that_was_broken_off_is_carried_out_by_the_next_round(database, stream, doorbell):
    batch = await made(database, programs(4), last=False)
    async with database.unit_of_work(LOCAL_OWNER) as work:
        held = await work.batches.hold(batch.id)
        await work.batches.request_cancel(held, LOCAL_OWNER.subject, await work.now())
    with pytest.raises(ConflictError, match="was cancelled, and takes no more"):
        await handed_in(database, batch.id, programs(1, first=4), offset=4)
    await stop_cancelled(database, doorbell, stream)
    assert (await get(database, batch.id)).state is BatchState.CANCELLED


async def test_what_ended_is_not_cancelled_and_what_is_being_cancelled_is_not_retried(
    database, blobs, stream, doorbell
):
    batch = await made(database, programs(2))
    await claimed(database, limit=1)
    await cancel.cancel(database, doorbell, stream, LOCAL_OWNER, batch.id)
    with pytest.raises(ConflictError, match="is being cancelled"):
        await retry.retry(database, doorbell, LOCAL_OWNER, batch.id, RetryRequest())
    other = await made(database, programs(1))
    await all_ended(database, blobs, stream)
    with pytest.raises(ConflictError, match="has ended: it is completed"):
        await cancel.cancel(database, doorbell, stream, LOCAL_OWNER, other.id)


async def test_a_cancelled_batch_can_be_taken_up_again(database, blobs, stream, doorbell):
    batch = await made(database, programs(2))
    await cancel.cancel(database, doorbell, stream, LOCAL_OWNER, batch.id)
    await count_ended(database)
    again = await retry.retry(
        database, doorbell, LOCAL_OWNER, batch.id, RetryRequest(faults=frozenset({Fault.USER}))
    )
    assert (again.state, again.cancel_requested) == (BatchState.RUNNING, False)
    await all_ended(database, blobs, stream)
    assert (await get(database, batch.id)).state is BatchState.COMPLETED


async def test_batches_are_listed_by_state_newest_first(database, blobs, stream):
    done = await made(database, programs(1))
    await all_ended(database, blobs, stream)
    await count_ended(database)
    runs = await made(database, programs(1))
    opened = await made(database, last=False)
    for state, batch in ((BatchState.COMPLETED, done), (BatchState.RUNNING, runs), (BatchState.OPEN, opened)):
        page = await find.page(database, LOCAL_OWNER, [state], limit=10)
        assert [each.id for each in page.items] == [batch.id]
    first = await find.page(database, LOCAL_OWNER, [], limit=2)
    rest = await find.page(database, LOCAL_OWNER, [], limit=2, cursor=first.next_cursor)
    assert {each.id for each in (*first.items, *rest.items)} == {done.id, runs.id, opened.id}
    assert (await find.page(database, STRANGER, [], limit=2)).items == ()
    with pytest.raises(InvalidRequestError):
        await find.page(database, LOCAL_OWNER, [], limit=2, cursor="ev_1")


async def exported(database, batch_id: str, written: ExportFormat) -> str:
    pieces = await export(database, LOCAL_OWNER, batch_id, written)
    return b"".join([piece async for piece in pieces]).decode()


async def test_a_batch_is_taken_home_in_order(database, blobs, stream):
    batch = await made(database, [*programs(2), Submission(code="2", labels={"n": "=1+1"})])
    await all_ended(database, blobs, stream, SUCCEEDED, failed())
    lines = [json.loads(line) for line in (await exported(database, batch.id, ExportFormat.JSONL)).splitlines()]
    assert [(line["batch_position"], line["outcome"], line["code"]) for line in lines] == [
        (0, "succeeded", "print(0)"),
        (1, "nonzero_exit", "print(1)"),
        (2, "succeeded", "2"),
    ]
    assert lines[1]["stderr"].startswith("Traceback")
    rows = list(csv.DictReader(io.StringIO(await exported(database, batch.id, ExportFormat.CSV))))
    assert [row["position"] for row in rows] == ["0", "1", "2"]
    assert (rows[1]["outcome"], rows[1]["cause"], rows[0]["cause"]) == ("nonzero_exit", lines[1]["cause"], "")
    with pytest.raises(NotFoundError):
        await export(database, STRANGER, batch.id, ExportFormat.CSV)


async def test_no_spreadsheet_takes_a_programs_words_for_a_formula(database, blobs, stream):
    batch = await made(database, programs(1))
    (one,) = await claimed(database)
    formula = SandboxFinished(
        outcome=Outcome.SANDBOX_ERROR, error="=cmd()", wall_seconds=0, cpu_seconds=0, peak_memory_bytes=0
    )
    assert await finished(database, blobs, stream, one, formula)
    (row,) = csv.DictReader(io.StringIO(await exported(database, batch.id, ExportFormat.CSV)))
    assert (row["error"], row["cause"]) == ("'=cmd()", "'=cmd()")
