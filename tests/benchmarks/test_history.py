from benchmarks.history import fill
from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations import find
from crucible.operations.statistics import statistics
from crucible.stream.memory import InProcessEventStream
from tests.database.fixtures import Cluster
from tests.evaluations.steps import finished, held

ROWS = 240


async def test_copies_are_evaluations_that_ended_spread_over_the_days(postgres: Cluster, tmp_path):
    with postgres.database() as url:
        database = await Database.open(url)
        try:
            one = await held(database)
            await finished(database, FileBlobs(tmp_path), InProcessEventStream(), one)
            fill(url, one.evaluation_id, ROWS, days=10)
            found = await statistics(database, LOCAL_OWNER, hours=24)
            page = await find.page(database, LOCAL_OWNER, EvaluationFilter(), limit=1000)
            copy = await find.get(database, LOCAL_OWNER, page.items[-1].id)
        finally:
            await database.close()
    assert len(page.items) == ROWS + 1
    assert abs(sum(found.statuses.values()) - 1 - ROWS / 10) <= 1
    assert found.statuses.keys() == {Status.COMPLETED, Status.FAILED}
    assert copy.code is not None
