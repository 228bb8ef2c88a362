import pytest

from crucible.domain.errors import NotFoundError
from crucible.domain.evaluation import InputFile, Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations.rerun import rerun
from tests.evaluations.steps import claimed, finished, get, submitted
from tests.fake_executor import RUNTIMES, known_engines


async def test_a_rerun_is_another_evaluation_of_the_same_program(database, doorbell, blobs, stream):
    submission = Submission(
        code="x", files=(InputFile(path="a", content="b"),), stdin="in", labels={"k": "v"}, argv=("1",)
    )
    (one,) = await submitted(database, submission)
    (first,) = await claimed(database)
    await finished(database, blobs, stream, first)
    made = await rerun(database, doorbell, LOCAL_OWNER, one, runtimes=RUNTIMES, engines=known_engines)
    (again,) = made.what
    assert again.id != one
    assert again.status is Status.QUEUED
    assert again.labels == {"k": "v"}
    (second,) = await claimed(database)
    assert second.spec == first.spec
    assert (await get(database, one)).status is Status.COMPLETED


async def test_a_rerun_with_a_key_happens_once(database, doorbell):
    (one,) = await submitted(database)
    first = await rerun(
        database, doorbell, LOCAL_OWNER, one, runtimes=RUNTIMES, engines=known_engines, idempotency_key="k"
    )
    again = await rerun(
        database, doorbell, LOCAL_OWNER, one, runtimes=RUNTIMES, engines=known_engines, idempotency_key="k"
    )
    assert again.replayed
    assert again.what[0].id == first.what[0].id


async def test_what_is_not_there_can_not_be_run_again(database, doorbell):
    with pytest.raises(NotFoundError):
        await rerun(database, doorbell, LOCAL_OWNER, "ev_missing", runtimes=RUNTIMES, engines=known_engines)
