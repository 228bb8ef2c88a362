import base64
import json
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.database.listing import parse_cursor
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import EvaluationFilter, InputFile, Submission
from crucible.domain.identifiers import new_evaluation_id
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.status import Lifecycle, Status

STRANGER = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)


async def add(database, *submissions: Submission, runtime: str = "python3.11") -> list[str]:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        added = await work.evaluations.add(submissions, [runtime] * len(submissions), await work.now())
    return [evaluation.id for evaluation in added]


async def listed(database, principal=LOCAL_OWNER, **wanted) -> list[str]:
    async with database.read(principal) as view:
        page = await view.evaluations.page(EvaluationFilter(**wanted), limit=100, cursor=None)
    return [item.id for item in page.items]


async def test_pages_show_each_once_newest_first_though_more_come_meanwhile(database):
    ids = [await add(database, Submission(code=f"{n}")) for n in range(3)]
    ids.append(await add(database, *(Submission(code="batch") for _ in range(8))))
    expected = [each for batch in reversed(ids) for each in reversed(batch)]
    seen, cursor = [], None
    while True:
        async with database.read(LOCAL_OWNER) as view:
            page = await view.evaluations.page(EvaluationFilter(), limit=3, cursor=cursor)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        await add(database, Submission(code="meanwhile"))
    assert seen == expected


async def test_the_last_page_names_no_next_one(database):
    await add(database, *(Submission(code="x") for _ in range(3)))
    async with database.read(LOCAL_OWNER) as view:
        page = await view.evaluations.page(EvaluationFilter(), limit=3, cursor=None)
    assert page.next_cursor is None


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_what_is_no_cursor_is_refused_by_name(cursor: str):
    with pytest.raises(InvalidRequestError) as refusal:
        parse_cursor(cursor)
    assert [error.field for error in refusal.value.errors] == ["cursor"]


@pytest.mark.parametrize(
    "content",
    [
        ["2026-01-01T00:00:00+00:00", "ev_of_mine"],
        ["2026-01-01T00:00:00+00:00", 7],
        ["0001-01-01T00:00:00+14:00", new_evaluation_id()],
        [1, new_evaluation_id()],
        {},
        [[]],
    ],
)
def test_a_cursor_that_somebody_made_is_refused(content: object):
    with pytest.raises(InvalidRequestError):
        parse_cursor(base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("="))


async def test_every_filter_narrows(database):
    (first,) = await add(database, Submission(code="print('Größe')", labels={"suite": "a", "try": "1"}))
    (second,) = await add(database, Submission(code="echo 100%", labels={"suite": "b"}), runtime="bash")
    assert await listed(database) == [second, first]
    assert await listed(database, status={Status.QUEUED}) == [second, first]
    assert await listed(database, status={Status.RUNNING, Status.FAILED}) == []
    assert await listed(database, outcome={"succeeded"}) == []
    assert await listed(database, runtime={"bash"}) == [second]
    assert await listed(database, label=("suite",)) == [second, first]
    assert await listed(database, label=("suite=a", "try")) == [first]
    assert await listed(database, label=("suite=",)) == []
    assert await listed(database, lifecycle={Lifecycle.ARCHIVED}) == []


@pytest.mark.parametrize("needle", ["größe", "GRÖSSE", "PRINT('g", "nightly", "Nightly Run", "()"])
async def test_text_is_found_whatever_its_case(database, needle: str):
    (one,) = await add(database, Submission(code="print('Größe') or exit()", labels={"run": "nightly RUN"}))
    await add(database, Submission(code="something else"))
    assert await listed(database, text=needle) == [one]


@pytest.mark.parametrize("needle", ["%", "_", "\\", "100%_\\"])
async def test_wildcards_are_letters_like_others(database, needle: str):
    (one,) = await add(database, Submission(code="100%_\\"))
    await add(database, Submission(code="plain"))
    assert await listed(database, text=needle) == [one]


async def test_text_does_not_run_from_one_field_into_the_next(database):
    await add(database, Submission(code="abc", labels={"k": "def"}))
    assert await listed(database, text="abcdef") == []


async def test_text_that_repeats_itself_is_sought_as_fast_as_any_other(database):
    await add(database, *(Submission(code="a" * 1_000_000) for _ in range(4)))

    async def seconds(text: str) -> float:
        began = time.process_time()
        assert await listed(database, text=text) == []
        return time.process_time() - began

    assert min([await seconds("a" * 255 + "b") for _ in range(3)]) < 30 * min(
        [await seconds("b" * 256) for _ in range(3)]
    )


async def test_text_finds_an_id_and_the_program_among_files(database):
    (one,) = await add(database, Submission(files=(InputFile(path="a.py", content="needle"),), entrypoint="a.py"))
    (two,) = await add(database, Submission(code="x\0y"))
    assert await listed(database, text=one) == [one]
    assert await listed(database, text="needle") == [one]
    assert await listed(database, text="x\0y") == [two]


async def test_since_is_a_moment_whatever_its_zone(database):
    (one,) = await add(database, Submission(code="x"))
    async with database.read(LOCAL_OWNER) as view:
        queued = (await view.evaluations.get(one)).timing.queued
    east = timezone(timedelta(hours=5))
    assert await listed(database, since=queued.astimezone(east)) == [one]
    assert await listed(database, since=queued.replace(tzinfo=None)) == [one]
    assert await listed(database, since=queued + timedelta(milliseconds=1)) == []
    assert queued.tzinfo is UTC
    with pytest.raises(InvalidRequestError, match="since"):
        await listed(database, since=datetime.min.replace(tzinfo=east))


async def test_nothing_of_another_tenants_is_listed(database):
    await add(database, Submission(code="x"))
    assert await listed(database, STRANGER) == []
