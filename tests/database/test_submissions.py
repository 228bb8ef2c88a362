import base64

import pytest

from crucible.database.rows import shown
from crucible.domain.errors import NotFoundError
from crucible.domain.evaluation import InputFile, Priority, Submission
from crucible.domain.limits import Limits
from crucible.domain.principal import LOCAL_OWNER, Principal, Role

STRANGER = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)
ELABORATE = Submission(
    code="print('\0', 'é')",
    files=(
        InputFile(path="data/one.txt", content="eins"),
        InputFile(path="two.bin", content=base64.b64encode(b"\xff\0").decode(), encoding="base64"),
    ),
    runtime="python3.11",
    stdin="in\0put",
    argv=("-x", "é"),
    env={"HOME": "/nowhere"},
    limits=Limits(wall_seconds=1.5, memory_bytes=64 << 20),
    priority=Priority.HIGH,
    labels={"suite": "a"},
)
FILES_ONLY = Submission(files=(InputFile(path="main.sh", content="true"),), entrypoint="main.sh", runtime="bash")


@pytest.mark.parametrize("submission", [ELABORATE, FILES_ONLY, Submission(code="1", runtime="bash")])
async def test_a_submission_comes_back_as_it_was(database, submission: Submission):
    async with database.unit_of_work(LOCAL_OWNER) as work:
        (added,) = await work.evaluations.add([submission], [submission.runtime], await work.now())
    async with database.read(LOCAL_OWNER) as view:
        assert await view.evaluations.submission(added.id) == submission
        assert await view.evaluations.get(added.id) == added


async def test_what_is_anothers_does_not_exist(database):
    async with database.unit_of_work(LOCAL_OWNER) as work:
        (added,) = await work.evaluations.add([FILES_ONLY], ["bash"], await work.now())
    async with database.read(STRANGER) as view:
        for ask in (
            view.evaluations.get(added.id),
            view.evaluations.status(added.id),
            view.evaluations.submission(added.id),
            view.evaluations.kept_files(added.id),
            view.evaluations.kept_output(added.id, "stdout"),
        ):
            with pytest.raises(NotFoundError):
                await ask
        assert await view.evaluations.get_all([added.id]) == []
        assert await view.events.after(added.id, (-1, -1), limit=10) == []


def test_a_character_that_the_cut_went_through_is_not_shown():
    whole = "aé€😀"
    raw = whole.encode()
    assert [shown(raw[:cut], len(raw)) for cut in (1, 2, 3, 4, 5, 6)] == ["a", "a", "aé", "aé", "aé", "aé€"]
    assert shown(raw, len(raw)) == whole
    assert shown(b"a\xc3", 2) == "a\ufffd"
    assert shown(b"a\xff\xfe", 9) == "a\ufffd\ufffd"
