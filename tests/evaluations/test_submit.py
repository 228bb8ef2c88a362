import asyncio
import sqlite3

import pytest

from crucible.database.idempotency import IdempotencyRepository
from crucible.database.once import Created
from crucible.domain.errors import IdempotencyConflictError, InvalidRequestError, PermissionDeniedError
from crucible.domain.evaluation import Evaluation, EvaluationFilter, Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import DriverReport, Isolation
from crucible.domain.status import Status
from crucible.evaluations import delete, find
from crucible.evaluations.submit import submit
from tests.evaluations.steps import HELLO, STRANGER, VIEWER, claimed, finished, get, history
from tests.fake_executor import RUNTIMES, known_engines


class NotingDoorbell:
    """Notes each ring."""

    def __init__(self) -> None:
        self.rung: list[list[str]] = []

    async def ring(self, rings) -> None:
        self.rung.append([ring.evaluation_id for ring in rings])

    async def cancel(self, evaluation_id: str) -> None:
        raise AssertionError(evaluation_id)


@pytest.fixture
def bell() -> NotingDoorbell:
    return NotingDoorbell()


async def hand_in(
    database, bell, *submissions: Submission, key: str | None = None, **how
) -> Created[list[Evaluation]]:
    return await submit(
        database,
        bell,
        LOCAL_OWNER,
        submissions or [HELLO],
        runtimes=RUNTIMES,
        engines=known_engines,
        idempotency_key=key,
        **how,
    )


async def test_what_is_acknowledged_is_on_disk_before_the_doorbell_rings(database, bell):
    made = await hand_in(database, bell)
    (evaluation,) = made.what
    assert not made.replayed
    assert evaluation.status is Status.QUEUED
    kept = await get(database, evaluation.id)
    assert kept.model_copy(update={"waiting": None}) == evaluation
    assert await history(database, evaluation.id) == [("queued", (0, 0))]
    assert bell.rung == [[evaluation.id]]


async def test_an_alias_becomes_the_runtime_that_it_means_now(database, bell):
    made = await hand_in(database, bell, Submission(code="1", runtime="python"))
    assert made.what[0].runtime == "python3.11"


async def test_an_unknown_runtime_is_refused_with_what_there_is_and_nothing_is_queued(database, bell):
    with pytest.raises(InvalidRequestError, match=r"'cobol'.*bash, python, python3\.11") as refusal:
        await hand_in(database, bell, HELLO, Submission(code="1", runtime="cobol"), listed_in="evaluations")
    assert [error.field for error in refusal.value.errors] == ["evaluations[1].runtime"]
    with pytest.raises(InvalidRequestError) as refusal:
        await hand_in(database, bell, Submission(code="1", runtime="cobol"))
    assert [error.field for error in refusal.value.errors] == ["runtime"]
    page = await find.page(database, LOCAL_OWNER, EvaluationFilter(), limit=10)
    assert page.items == ()
    assert bell.rung == []


@pytest.mark.parametrize(
    ("asked", "field", "why"),
    [
        ({"engine": "gvisr"}, "engine", "there are: auto, strong, fake"),
        ({"engine": "strong"}, "engine", "apt-get install"),
        (
            {"engine": "fake", "minimum_isolation": "user-space-kernel"},
            "minimum_isolation",
            "fake \\(shared-kernel",
        ),
        ({"minimum_isolation": "user-space-kernel"}, "minimum_isolation", "strong does not: it is not installed"),
        ({"engine": "auto", "minimum_isolation": "virtual-machine"}, "minimum_isolation", "strong \\(user-space"),
    ],
)
async def test_isolation_that_no_engine_gives_is_refused_by_field(database, bell, asked, field: str, why: str):
    with pytest.raises(InvalidRequestError, match=why) as refusal:
        await hand_in(database, bell, Submission.model_validate({"code": "1", **asked}))
    assert [error.field for error in refusal.value.errors] == [field]


@pytest.mark.parametrize("engine", [None, "auto", "fake"])
async def test_isolation_that_an_engine_gives_is_accepted(database, bell, engine: str | None):
    assert (await hand_in(database, bell, Submission(code="1", engine=engine))).what


async def test_isolation_of_which_nobody_knows_is_left_to_the_executor(database, bell):
    async def nobody_knows() -> tuple[DriverReport, ...]:
        return ()

    asked = Submission(code="1", engine="new", minimum_isolation=Isolation.VIRTUAL_MACHINE)
    assert (await submit(database, bell, LOCAL_OWNER, [asked], runtimes=RUNTIMES, engines=nobody_knows)).what


async def test_a_batch_is_all_or_nothing_and_keeps_its_order(database, bell):
    made = await hand_in(database, bell, *(Submission(code=str(n)) for n in range(1000)))
    ids = [evaluation.id for evaluation in made.what]
    assert ids == sorted(ids)
    assert bell.rung == [ids]
    assert [evaluation.code for evaluation in made.what] == [str(n) for n in range(1000)]


@pytest.mark.parametrize("count", [0, 1001])
async def test_an_empty_batch_and_one_over_a_thousand_are_refused(database, bell, count: int):
    with pytest.raises(InvalidRequestError, match=f"1 to 1000 at once, are {count}"):
        await submit(
            database,
            bell,
            LOCAL_OWNER,
            [HELLO] * count,
            runtimes=RUNTIMES,
            engines=known_engines,
            listed_in="evaluations",
        )


async def test_the_same_key_and_body_answers_with_the_same_evaluations_as_they_are_now(
    database, bell, blobs, stream
):
    first = await hand_in(database, bell, HELLO, HELLO, key="k")
    (one,) = await claimed(database)
    await finished(database, blobs, stream, one)
    again = await hand_in(database, bell, HELLO, HELLO, key="k")
    assert again.replayed
    assert [evaluation.id for evaluation in again.what] == [each.id for each in first.what]
    assert [evaluation.status for evaluation in again.what] == [Status.COMPLETED, Status.QUEUED]
    await delete.delete(database, LOCAL_OWNER, one.evaluation_id)
    assert len((await hand_in(database, bell, HELLO, HELLO, key="k")).what) == 2
    assert len(bell.rung) == 1


async def test_the_same_key_with_another_body_or_address_is_a_conflict(database, bell):
    await hand_in(database, bell, HELLO, key="k", endpoint="/evaluations")
    with pytest.raises(IdempotencyConflictError, match="'k'"):
        await hand_in(database, bell, Submission(code="other"), key="k", endpoint="/evaluations")
    with pytest.raises(IdempotencyConflictError):
        await hand_in(database, bell, HELLO, key="k", endpoint="/elsewhere")
    with pytest.raises(IdempotencyConflictError):
        await hand_in(database, bell, HELLO, HELLO, key="k", endpoint="/evaluations")


async def test_requests_that_race_with_one_key_make_one_evaluation(database, bell):
    made = await asyncio.gather(*(hand_in(database, bell, key="k") for _ in range(20)))
    assert len({each.what[0].id for each in made}) == 1
    assert sum(not each.replayed for each in made) == 1


async def test_where_two_found_the_key_unused_the_later_answers_with_the_firsts(database, bell, monkeypatch):
    """SQLite has one writer, so that this can't happen there; on other databases it can."""
    first = await hand_in(database, bell, key="k")
    find_truly = IdempotencyRepository.answered
    answers = iter([None])

    async def find_at_first_nothing(repository: IdempotencyRepository, key: str, digest: str):
        return next(answers, await find_truly(repository, key, digest))

    monkeypatch.setattr(IdempotencyRepository, "answered", find_at_first_nothing)
    second = await hand_in(database, bell, key="k")
    assert second.replayed
    assert second.what == first.what


async def test_a_refused_request_does_not_use_up_its_key(database, bell):
    with pytest.raises(InvalidRequestError):
        await hand_in(database, bell, Submission(code="1", runtime="cobol"), key="k")
    assert not (await hand_in(database, bell, key="k")).replayed


async def test_who_may_only_read_may_not_submit(database, bell):
    with pytest.raises(PermissionDeniedError):
        await submit(database, bell, VIEWER, [HELLO], runtimes=RUNTIMES, engines=known_engines)


async def test_a_tenant_that_is_not_there_can_not_own_an_evaluation(database, bell):
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await submit(database, bell, STRANGER, [HELLO], runtimes=RUNTIMES, engines=known_engines)


async def test_another_tenant_may_use_the_same_key(database, database_file, bell):
    connection = sqlite3.connect(database_file)
    connection.execute(
        "INSERT INTO tenants (id, name, created_at) VALUES ('tn_other', 'Other', '2026-01-01 00:00:00')"
    )
    connection.commit()
    connection.close()
    mine = await hand_in(database, bell, key="k")
    theirs = await submit(
        database,
        bell,
        STRANGER,
        [Submission(code="other")],
        runtimes=RUNTIMES,
        engines=known_engines,
        idempotency_key="k",
    )
    assert not theirs.replayed
    assert mine.what[0].id != theirs.what[0].id
