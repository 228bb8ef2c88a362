"""How each database means to execute what is asked of it most: by an index, however long the table is."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from crucible.batches import find as batches
from crucible.batches.settle import count_ended
from crucible.database.batches import ItemFilter
from crucible.database.database import Database
from crucible.domain.evaluation import EvaluationFilter, Priority, Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.retention import Removed, Retention
from crucible.domain.sharing import Caps
from crucible.evaluations import find
from crucible.evaluations.delete import delete
from crucible.evaluations.heartbeat import heartbeat
from crucible.evaluations.reap import end_unrunnable, reap
from crucible.evaluations.remove import remove
from crucible.operations.statistics import statistics
from crucible.operations.storage import storage
from crucible.pipelines.settle import advance_undecided
from tests.batches.steps import made, programs
from tests.evaluations.steps import HELLO, claimed, finished, get, held, submitted
from tests.evaluations.test_reap import AT_ONCE
from tests.pipelines import steps as pipelines

Explain = Callable[[str, Any], list[str]]


@pytest.fixture
def explain(database_kind: str, database_url: str) -> Iterator[Explain]:
    """Provide the steps in which the database means to execute a statement."""
    if database_kind == "sqlite":
        connection = sqlite3.connect(database_url.removeprefix("sqlite+aiosqlite:///"))
        yield lambda statement, parameters: [
            row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
        ]
        connection.close()
    else:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SET enable_seqscan = off"
            )  # a table this short is read whole if anything allows it
            yield lambda statement, parameters: [
                row[0] for row in connection.execute(f"EXPLAIN {statement}", parameters)
            ]


@pytest.fixture
def plans_of(database: Database, explain: Explain) -> Callable[[Awaitable[object]], Awaitable[list[str]]]:
    async def plans_of(work: Awaitable[object]) -> list[str]:
        said: list[tuple[str, Any]] = []

        def note(_connection, _cursor, statement: str, parameters, _context, executemany: bool) -> None:
            if statement.startswith(("SELECT", "UPDATE", "WITH")) and not executemany:
                said.append((statement, parameters))

        engines = {database._writer.sync_engine, database._reader.sync_engine}
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        await work
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)
        return [step for statement, parameters in said for step in explain(statement, parameters)]

    return plans_of


async def test_no_step_of_an_evaluations_way_reads_a_whole_table(plans_of, database, blobs, stream):
    await submitted(database, *[HELLO] * 3, Submission(code="x", priority=Priority.LOW))
    one = await held(database)
    hold = (one.evaluation_id, one.fence)
    plans = [
        *await plans_of(claimed(database, limit=2, caps=Caps(each=100))),
        *await plans_of(heartbeat(database, [hold], lease_seconds=30)),
        *await plans_of(finished(database, blobs, stream, one)),
        *await plans_of(get(database, one.evaluation_id)),
        *await plans_of(reap(database, blobs, stream, patience=AT_ONCE)),
    ]
    # Those indexes hold the queued ones alone, line by line, and the running ones, of which there are few.
    partial = ("ix_evaluations_queue", "ix_evaluations_leases")
    scans = {plan for plan in plans if plan.startswith("SCAN ev") and not any(index in plan for index in partial)}
    assert scans | {plan for plan in plans if "Seq Scan" in plan} == set()
    assert any("ix_evaluations_queue" in plan for plan in plans)


async def test_the_queue_and_the_leases_have_indexes_of_their_own(plans_of, database, blobs, stream):
    await submitted(database)
    assert any("ix_evaluations_queue" in plan for plan in await plans_of(end_unrunnable(database, stream, ["x"])))
    assert any(
        "ix_evaluations_leases" in plan for plan in await plans_of(reap(database, blobs, stream, patience=AT_ONCE))
    )


async def test_a_page_is_read_in_the_order_of_its_index(plans_of, database):
    await submitted(database)
    wanted = EvaluationFilter(text="x", label=("a=b",))
    plans = await plans_of(find.page(database, LOCAL_OWNER, wanted, limit=10))
    assert any("ix_evaluations_page" in plan for plan in plans)
    assert not any("TEMP B-TREE" in plan or "Sort Key" in plan for plan in plans)


async def test_a_batchs_progress_is_read_from_an_index_that_has_nothing_else(plans_of, database):
    batch = await made(database, programs(3))
    plans = await plans_of(batches.get(database, LOCAL_OWNER, batch.id))
    assert any("ix_evaluations_batch_progress" in plan for plan in plans)
    assert not any(plan.startswith("SCAN ev") or "Seq Scan" in plan for plan in plans)
    listed = batches.items(database, LOCAL_OWNER, batch.id, ItemFilter(), limit=10)
    assert not any("TEMP B-TREE" in plan or "Sort Key" in plan for plan in await plans_of(listed))


async def test_a_round_over_batches_reads_no_whole_table(plans_of, database):
    await made(database, programs(3))
    plans = await plans_of(count_ended(database))
    assert not any(plan.startswith("SCAN ev") or "Seq Scan on evaluations" in plan for plan in plans)


async def test_a_round_over_pipelines_reads_no_whole_table(plans_of, database, blobs, stream, doorbell):
    await pipelines.made(database, pipelines.stage("a"), pipelines.stage("b", "a"))
    plans = await plans_of(advance_undecided(database, blobs, stream, doorbell))
    assert any("ix_pipeline_stages_under_way" in plan for plan in plans)
    assert any("ix_pipelines_to_end" in plan for plan in plans)
    assert not any(plan.startswith("SCAN ev") or "Seq Scan" in plan for plan in plans)


@pytest.mark.sqlite
async def test_statistics_count_what_waits_in_the_queues_index_alone(plans_of, database):
    """PostgreSQL knows how few wait, and chooses by that."""
    await submitted(database)
    plans = await plans_of(statistics(database, LOCAL_OWNER, hours=24))
    assert [plan for plan in plans if "ix_evaluations_queue (rank=? AND tenant_id=?)" in plan]
    assert not [plan for plan in plans if plan.startswith("SCAN ev")]


async def test_what_is_stored_is_counted_by_indexes_of_what_is_counted(plans_of, database, blobs, stream):
    await finished(database, blobs, stream, await held(database))
    plans = await plans_of(storage(database, LOCAL_OWNER))
    counted = ("evaluation_outputs_stdout_blob", "evaluation_outputs_stderr_blob", "evaluation_outputs_files_blob")
    for index in (*counted, "evaluations_deleted"):
        assert any(f"ix_{index}" in plan for plan in plans), (index, plans)
    assert not [plan for plan in plans if plan.startswith(("SCAN ev", "Seq Scan"))]


async def test_what_is_to_be_removed_is_found_by_when_it_was_deleted(plans_of, database, blobs, stream):
    one = await held(database)
    await finished(database, blobs, stream, one)
    await delete(database, LOCAL_OWNER, one.evaluation_id)
    found = Removed()
    plans = await plans_of(remove(database, blobs, Retention(deleted=timedelta(days=1)), found))
    assert any("ix_evaluations_deleted" in plan for plan in plans), plans
    whole = ("SCAN ev", "SCAN idem", "SCAN deliv", "Seq Scan on ev", "Seq Scan on idem", "Seq Scan on deliv")
    assert not [plan for plan in plans if plan.strip(" ->").startswith(whole)]
