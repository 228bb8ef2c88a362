"""How a pipeline goes from stage to stage, whoever is killed and whoever comes second."""

import asyncio

import pytest
import sqlalchemy as sa

from crucible.database.database import Database
from crucible.database.failures import DuplicateKeyError
from crucible.database.submissions import StagePlace
from crucible.database.tables import audit_entries
from crucible.domain.errors import ConflictError, NotFoundError, PermissionDeniedError
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.outcome import Outcome
from crucible.domain.pipeline import MAXIMUM_STAGES, PipelineState, StageStatus
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.sandbox import SandboxFinished
from crucible.domain.status import Status
from crucible.evaluations import cancel as evaluation_cancel
from crucible.evaluations import find as evaluation_find
from crucible.evaluations import rerun
from crucible.evaluations.heartbeat import heartbeat
from crucible.evaluations.reap import reap
from crucible.evaluations.requeue import Patience
from crucible.pipelines import advance, cancel, find
from crucible.pipelines.settle import advance_undecided, go_on
from crucible.queue.local import LocalDoorbell
from tests.evaluations.steps import HELLO, STRANGER, VIEWER, claimed, history, submitted
from tests.evaluations.test_reap import AT_ONCE
from tests.fake_executor import RUNTIMES, known_engines
from tests.pipelines.steps import FAILED, Hand, get, made, stage, statuses, why

_A = audit_entries.c
DIAMOND = (stage("a"), stage("b", "a"), stage("c", "a"), stage("d", "b", "c"))


@pytest.fixture
def hand(database, blobs, stream) -> Hand:
    return Hand(database, blobs, stream)


async def cancelled(hand: Hand, pipeline, principal=LOCAL_OWNER):
    return await cancel.cancel(
        hand.database, hand.blobs, hand.stream, LocalDoorbell(), principal, pipeline_id=pipeline.id
    )


async def all_evaluations(database):
    return (await evaluation_find.page(database, LOCAL_OWNER, EvaluationFilter(), limit=200)).items


async def test_a_stage_begins_when_all_that_it_needs_have_ended(hand, database):
    pipeline = await made(database, *DIAMOND, name="study", labels={"x": "y"})
    assert (pipeline.state, pipeline.stage_count) == (PipelineState.RUNNING, 4)
    assert pipeline.statuses == {StageStatus.QUEUED: 1, StageStatus.WAITING: 3}
    assert await hand.take() == ["a"]
    await hand.end("a")
    assert await hand.take() == ["b", "c"]
    await hand.end("b")
    assert await hand.take() == []
    await hand.end("c")
    assert await hand.take() == ["d"]
    assert (await get(database, pipeline)).state is PipelineState.RUNNING
    await hand.end("d")
    ended = await get(database, pipeline)
    assert (ended.state, ended.statuses) == (PipelineState.COMPLETED, {StageStatus.COMPLETED: 4})
    assert ended.finished_at == max(each.finished_at for each in ended.stages if each.finished_at)
    assert ended.started_at == min(each.started_at for each in ended.stages if each.started_at)
    assert len(await all_evaluations(database)) == 4


async def test_stages_may_be_handed_in_in_any_order(hand, database):
    pipeline = await made(database, *reversed(DIAMOND))
    for names in (["a"], ["b", "c"], ["d"]):
        assert await hand.take() == names
        for name in names:
            await hand.end(name)
    assert [each.name for each in (await get(database, pipeline)).stages] == ["d", "c", "b", "a"]


async def test_an_evaluation_says_which_stage_it_runs(hand, database):
    pipeline = await made(database, stage("a"))
    (one,) = await all_evaluations(database)
    assert (one.pipeline_id, one.stage) == (pipeline.id, "a")
    assert pipeline.stages[0].evaluation_id == one.id
    (other,) = await submitted(database, HELLO)
    alone = await evaluation_find.get(database, LOCAL_OWNER, other)
    assert (alone.pipeline_id, alone.stage) == (None, None)
    assert await hand.take() == ["a", "hello"]


async def test_a_failure_stops_the_pipeline_where_nothing_else_is_said(hand, database):
    pipeline = await made(database, stage("a"), stage("long"), stage("b", "a"), stage("c", "b"))
    assert await hand.take() == ["a", "long"]
    await hand.end("a", FAILED)
    assert await statuses(database, pipeline) == {
        "a": StageStatus.FAILED,
        "long": StageStatus.RUNNING,
        "b": StageStatus.CANCELLED,
        "c": StageStatus.CANCELLED,
    }
    long = hand.held["long"]
    hold = (long.evaluation_id, long.fence)
    assert await heartbeat(database, [hold], lease_seconds=30) == {hold: "local"}
    assert (await get(database, pipeline)).state is PipelineState.RUNNING
    await hand.end("long", SandboxFinished(outcome=Outcome.CANCELLED))
    ended = await get(database, pipeline)
    assert (ended.state, ended.stopped_by) == (PipelineState.FAILED, "a")
    assert await why(database, pipeline, "a") == "its evaluation ended as nonzero_exit"
    for name in ("long", "b", "c"):
        assert await why(database, pipeline, name) == "stage 'a' did not succeed, which stops the pipeline"


async def test_what_is_queued_when_the_pipeline_stops_never_runs(hand, database):
    pipeline = await made(database, stage("a", priority="high"), stage("other"))
    assert await hand.take(1) == ["a"]
    await hand.end("a", FAILED)
    assert (await statuses(database, pipeline))["other"] is StageStatus.CANCELLED
    assert await hand.take() == []
    assert (await get(database, pipeline)).state is PipelineState.FAILED


async def test_skip_skips_what_depends_and_nothing_else(hand, database):
    pipeline = await made(
        database, stage("a", on_failure="skip"), stage("b", "a"), stage("c", "b"), stage("x"), stage("y", "x")
    )
    await hand.take()
    await hand.end("a", FAILED)
    await hand.end("x")
    assert await hand.take() == ["y"]
    await hand.end("y")
    assert await statuses(database, pipeline) == {
        "a": StageStatus.FAILED,
        "b": StageStatus.SKIPPED,
        "c": StageStatus.SKIPPED,
        "x": StageStatus.COMPLETED,
        "y": StageStatus.COMPLETED,
    }
    assert await why(database, pipeline, "b") == "it needs stage 'a', which did not succeed"
    assert await why(database, pipeline, "c") == "it needs stage 'b', which was skipped"
    assert (await get(database, pipeline)).state is PipelineState.FAILED


async def test_a_stage_is_skipped_without_waiting_for_its_other_needs(hand, database):
    pipeline = await made(database, stage("a", on_failure="skip"), stage("long"), stage("b", "a", "long"))
    await hand.take()
    await hand.end("a", FAILED)
    assert (await statuses(database, pipeline))["b"] is StageStatus.SKIPPED
    assert (await statuses(database, pipeline))["long"] is StageStatus.RUNNING


async def test_continue_goes_on_all_the_same(hand, database):
    pipeline = await made(database, stage("a", on_failure="continue"), stage("b", "a"))
    await hand.take()
    await hand.end("a", FAILED)
    assert await hand.take() == ["b"]
    await hand.end("b")
    ended = await get(database, pipeline)
    assert ended.statuses == {StageStatus.FAILED: 1, StageStatus.COMPLETED: 1}
    assert ended.state is PipelineState.FAILED


async def test_a_cancelled_pipeline_ends_what_waits_and_what_is_queued_at_once(hand, database):
    pipeline = await made(database, stage("a"), stage("b", "a"), stage("queued", priority="low"))
    assert await hand.take(1) == ["a"]
    told = await cancelled(hand, pipeline)
    assert told.cancel_requested
    assert {each.name: each.status for each in told.stages} == {
        "a": StageStatus.RUNNING,
        "b": StageStatus.CANCELLED,
        "queued": StageStatus.CANCELLED,
    }
    assert await cancelled(hand, pipeline) == told
    await hand.end("a", SandboxFinished(outcome=Outcome.CANCELLED))
    ended = await get(database, pipeline)
    assert (ended.state, ended.stopped_by) == (PipelineState.CANCELLED, None)
    assert {each.why for each in ended.stages} == {"the pipeline was cancelled"}
    assert await cancelled(hand, pipeline) == ended


async def test_a_pipeline_that_has_ended_is_not_cancelled(hand, database):
    pipeline = await made(database, stage("a"))
    await hand.take()
    await hand.end("a")
    with pytest.raises(ConflictError, match="it is completed"):
        await cancelled(hand, pipeline)


async def test_a_stage_whose_evaluation_somebody_cancels_did_not_succeed(database, blobs, stream, doorbell):
    pipeline = await made(database, stage("a", on_failure="skip"), stage("b", "a"))
    (one,) = await all_evaluations(database)
    await evaluation_cancel.cancel(database, doorbell, stream, LOCAL_OWNER, one.id)
    assert await advance_undecided(database, blobs, stream, doorbell) == 1
    ended = await get(database, pipeline)
    assert [each.status for each in ended.stages] == [StageStatus.CANCELLED, StageStatus.SKIPPED]
    assert ended.state is PipelineState.FAILED
    assert ended.stages[0].why == "its evaluation was cancelled"


async def test_what_a_killed_worker_left_undone_is_found_by_the_next_round(
    hand, database, blobs, stream, doorbell
):
    pipeline = await made(database, *DIAMOND)
    assert await advance_undecided(database, blobs, stream, doorbell) == 0
    for names in (["a"], ["b", "c"], ["d"]):
        assert await hand.take() == names
        for name in names:
            await hand.end(name, tell=False)
        assert await advance_undecided(database, blobs, stream, doorbell) == 1
        assert await advance_undecided(database, blobs, stream, doorbell) == 0
    assert (await get(database, pipeline)).state is PipelineState.COMPLETED


async def test_a_cancellation_that_broke_off_is_carried_out_by_the_next_round(hand, database, blobs, stream):
    pipeline = await made(database, stage("a"), stage("b", "a"))
    async with database.unit_of_work(LOCAL_OWNER) as work:
        await work.pipelines.hold(pipeline.id)
        await work.pipelines.request_cancel(pipeline.id, "somebody")
    assert await advance_undecided(database, blobs, stream, LocalDoorbell()) == 1
    assert (await get(database, pipeline)).state is PipelineState.CANCELLED
    assert await hand.take() == []


async def test_many_who_go_on_at_once_begin_each_stage_once(hand, database, database_url, blobs, stream):
    pipelines = [await made(database, *DIAMOND) for _ in range(3)]
    other = await Database.open(database_url, busy_timeout_seconds=5)
    for _ in ("a", "b and c", "d"):
        held = await claimed(database, limit=100)
        for one in held:
            hand.held = {"it": one}
            await hand.end("it", tell=False)
        await asyncio.gather(
            *(
                go_on(each, blobs, stream, LocalDoorbell(), pipeline.id)
                for each in (database, other) * 3
                for pipeline in pipelines
            )
        )
    await other.close()
    assert len(await all_evaluations(database)) == 12
    for pipeline in pipelines:
        assert (await get(database, pipeline)).state is PipelineState.COMPLETED


async def test_the_database_itself_refuses_a_second_run_of_a_stage(database):
    pipeline = await made(database, stage("a"))
    with pytest.raises(DuplicateKeyError):
        async with database.unit_of_work(LOCAL_OWNER) as work:
            await work.evaluations.add(
                [HELLO], ["python3.11"], await work.now(), first_place=StagePlace(pipeline.id, "a")
            )


async def test_an_end_that_comes_while_another_is_decided_is_not_lost(hand, database, blobs, stream, monkeypatch):
    pipeline = await made(database, stage("a"), stage("b"), stage("c", "a", "b"))
    await hand.take()
    await hand.end("a", tell=False)
    plan = advance.plan
    seen: list[str] = []

    def plan_and_meanwhile(standing, refused):
        seen.append(standing.stages["b"].status)
        return plan(standing, refused)

    monkeypatch.setattr(advance, "plan", plan_and_meanwhile)
    carry_out = advance._carry_out

    async def late(*arguments, **how):
        if len(seen) == 1:
            await hand.end("b", tell=False)
        return await carry_out(*arguments, **how)

    monkeypatch.setattr(advance, "_carry_out", late)
    await go_on(database, blobs, stream, LocalDoorbell(), pipeline.id)
    assert seen == [StageStatus.RUNNING, StageStatus.COMPLETED]
    assert await hand.take() == ["c"]


async def test_a_run_that_was_requeued_keeps_its_stage(hand, database, blobs, stream):
    pipeline = await made(database, stage("a"), stage("b", "a"))
    assert await hand.take() == ["a"]
    await reap(database, blobs, stream, patience=AT_ONCE, everything=True)
    assert await statuses(database, pipeline) == {"a": StageStatus.QUEUED, "b": StageStatus.WAITING}
    assert await hand.take() == ["a"]
    await hand.end("a")
    assert await hand.take() == ["b"]


async def test_a_stage_that_crucible_gave_up_has_failed(hand, database, blobs, stream, doorbell):
    pipeline = await made(database, stage("a", on_failure="skip"), stage("b", "a"))
    assert await hand.take() == ["a"]
    await reap(database, blobs, stream, patience=Patience(attempts=1), everything=True)
    await advance_undecided(database, blobs, stream, doorbell)
    ended = await get(database, pipeline)
    assert [each.status for each in ended.stages] == [StageStatus.FAILED, StageStatus.SKIPPED]
    assert (ended.stages[0].outcome, ended.state) == (Outcome.SANDBOX_ERROR, PipelineState.FAILED)


async def test_who_made_a_pipeline_and_ended_it_is_in_the_audit_and_so_is_each_stage(hand, database):
    pipeline = await made(database, stage("a"), stage("b", "a"), stage("c", "b"))
    await hand.take()
    await hand.end("a")
    somebody = Principal(tenant_id=LOCAL_OWNER.tenant_id, subject="somebody", role=Role.MEMBER)
    await cancelled(hand, pipeline, somebody)
    async with database._reader.connect() as connection:
        told = await connection.execute(
            sa.select(_A.action, _A.subject, _A.pipeline_id, _A.evaluation_id).order_by(_A.at)
        )
        entries = {tuple(row) for row in told}
    first, second = [each.evaluation_id for each in (await get(database, pipeline)).stages[:2]]
    assert entries == {
        ("create_pipeline", "local", pipeline.id, None),
        ("submit", "local", None, first),
        ("submit", "local", None, second),
        ("cancel_pipeline", "somebody", pipeline.id, None),
        ("cancel", "somebody", None, second),
    }
    assert [kind for kind, _ in await history(database, second or "")] == ["queued", "finished"]


async def test_a_pipeline_is_its_tenants_alone(hand, database):
    pipeline = await made(database, stage("a"))
    for asking in (find.get(database, STRANGER, pipeline.id), cancelled(hand, pipeline, STRANGER)):
        with pytest.raises(NotFoundError):
            await asking
    assert (await find.page(database, STRANGER, (), limit=10)).items == ()
    with pytest.raises(PermissionDeniedError):
        await cancelled(hand, pipeline, VIEWER)
    assert (await all_evaluations(database))[0].status is Status.QUEUED


async def test_lists_are_cut_into_pages_and_sorted_out_by_state(hand, database):
    pipelines = [await made(database, stage("a")) for _ in range(3)]
    await cancelled(hand, pipelines[0])
    page = await find.page(database, LOCAL_OWNER, (), limit=2)
    rest = await find.page(database, LOCAL_OWNER, (), limit=2, cursor=page.next_cursor)
    assert {one.id for one in (*page.items, *rest.items)} == {one.id for one in pipelines}
    assert rest.next_cursor is None
    (ended,) = (await find.page(database, LOCAL_OWNER, (PipelineState.CANCELLED,), limit=9)).items
    assert ended.id == pipelines[0].id


async def test_what_runs_again_is_no_part_of_the_pipeline(hand, database, doorbell):
    pipeline = await made(database, stage("a", on_failure="skip"), stage("b", "a"))
    await hand.take()
    one = await hand.end("a", FAILED)
    again = await rerun.rerun(
        database, doorbell, LOCAL_OWNER, one.evaluation_id, runtimes=RUNTIMES, engines=known_engines
    )
    assert (again.what[0].pipeline_id, again.what[0].stage) == (None, None)
    assert await hand.take() == ["a"]
    await hand.end("a")
    assert (await get(database, pipeline)).state is PipelineState.FAILED


async def test_a_pipeline_of_the_most_stages_goes_to_its_end(hand, database):
    names = [f"s{number}" for number in range(MAXIMUM_STAGES - 1)]
    pipeline = await made(database, *map(stage, names), stage("last", *names))
    assert len(await hand.take()) == MAXIMUM_STAGES - 1
    for name in names:
        await hand.end(name, tell=False)
    await advance_undecided(database, hand.blobs, hand.stream, LocalDoorbell())
    assert await hand.take() == ["last"]
    await hand.end("last")
    assert (await get(database, pipeline)).statuses == {StageStatus.COMPLETED: MAXIMUM_STAGES}
