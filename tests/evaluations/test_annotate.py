import pytest

from crucible.domain.errors import NotFoundError, PermissionDeniedError
from crucible.domain.evaluation import Annotation, EvaluationFilter, InputFile, Submission
from crucible.domain.principal import LOCAL_OWNER, LOCAL_TENANT, Principal, Role
from crucible.evaluations import find
from crucible.evaluations.annotate import annotate

STRANGER = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)
VIEWER = Principal(tenant_id=LOCAL_TENANT, subject="viewer", role=Role.VIEWER)


async def add(database, submission: Submission) -> str:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        (one,) = await work.evaluations.add([submission], ["python3.11"], await work.now())
    return one.id


async def found(database, **wanted) -> list[str]:
    return [one.id for one in (await find.page(database, LOCAL_OWNER, EvaluationFilter(**wanted), limit=9)).items]


async def test_what_is_given_replaces_and_the_rest_stays(database):
    one = await add(database, Submission(code="1", labels={"suite": "a", "try": "1"}))
    noted = await annotate(database, LOCAL_OWNER, one, Annotation(note="look again"))
    assert (noted.note, noted.labels) == ("look again", {"suite": "a", "try": "1"})
    labelled = await annotate(database, LOCAL_OWNER, one, Annotation(labels={"suite": "b"}))
    assert (labelled.note, labelled.labels) == ("look again", {"suite": "b"})
    emptied = await annotate(database, LOCAL_OWNER, one, Annotation(note="", labels={}))
    assert (emptied.note, emptied.labels) == ("", {})


async def test_lists_find_what_was_said_and_no_longer_what_was_taken_back(database):
    files = (InputFile(path="a.py", content="needle()"),)
    one = await add(database, Submission(files=files, entrypoint="a.py", labels={"suite": "OLD"}))
    await annotate(database, LOCAL_OWNER, one, Annotation(note="Suspicious", labels={"suite": "fresh"}))
    for text in ("suspicious", "fresh", "needle"):
        assert await found(database, text=text) == [one]
    assert await found(database, label=("suite=fresh",)) == [one]
    assert await found(database, text="old") == []
    assert await found(database, label=("suite=OLD",)) == []


async def test_a_rerun_has_the_labels_as_they_are_now(database):
    one = await add(database, Submission(code="1", labels={"suite": "a"}))
    await annotate(database, LOCAL_OWNER, one, Annotation(labels={"suite": "b"}))
    async with database.read(LOCAL_OWNER) as view:
        assert (await view.evaluations.submission(one)).labels == {"suite": "b"}


async def test_strangers_find_nothing_to_annotate_and_viewers_may_not(database):
    one = await add(database, Submission(code="1"))
    with pytest.raises(NotFoundError):
        await annotate(database, STRANGER, one, Annotation(note="mine"))
    with pytest.raises(PermissionDeniedError):
        await annotate(database, VIEWER, one, Annotation(note="mine"))
    with pytest.raises(NotFoundError):
        await annotate(database, LOCAL_OWNER, "ev_00000000000000000000000000", Annotation(note="mine"))
