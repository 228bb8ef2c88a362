import pytest

from crucible.domain.errors import ConflictError, NotFoundError
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Lifecycle
from crucible.evaluations import find
from crucible.evaluations.delete import delete, restore
from crucible.evaluations.follow import follow
from tests.evaluations.steps import finished, get, held, submitted


async def listed(database, lifecycle: Lifecycle) -> list[str]:
    wanted = EvaluationFilter(lifecycle=frozenset({lifecycle}))
    return [item.id for item in (await find.page(database, LOCAL_OWNER, wanted, limit=10)).items]


async def test_a_deleted_one_is_hidden_and_comes_back_as_it_was(database, blobs, stream):
    one = await held(database)
    await finished(database, blobs, stream, one)
    before = await get(database, one.evaluation_id)
    await delete(database, LOCAL_OWNER, one.evaluation_id)
    with pytest.raises(NotFoundError):
        await get(database, one.evaluation_id)
    with pytest.raises(NotFoundError):
        await anext(follow(database, blobs, stream, LOCAL_OWNER, one.evaluation_id))
    with pytest.raises(NotFoundError):
        await delete(database, LOCAL_OWNER, one.evaluation_id)
    assert await listed(database, Lifecycle.ACTIVE) == []
    assert await listed(database, Lifecycle.DELETED) == [one.evaluation_id]
    assert await restore(database, LOCAL_OWNER, one.evaluation_id) == before
    assert await restore(database, LOCAL_OWNER, one.evaluation_id) == before
    assert await listed(database, Lifecycle.ACTIVE) == [one.evaluation_id]


async def test_what_has_not_ended_can_not_be_deleted(database):
    (one,) = await submitted(database)
    with pytest.raises(ConflictError, match="queued: cancel it"):
        await delete(database, LOCAL_OWNER, one)
