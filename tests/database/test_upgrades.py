"""Each migration, made in a database that is in use: with rows in every table that it has by then."""

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from crucible.database.database import Database
from crucible.database.migrate import configuration, migrate, synchronous
from crucible.domain.principal import LOCAL_OWNER
from crucible.evaluations.cancel import cancel
from crucible.evaluations.delete import delete
from tests.batches import steps as batches
from tests.evaluations.steps import claimed, finished, get, held, history, submitted
from tests.evaluations.test_dead_letters import given_up
from tests.fake_executor import STARTED, SUCCEEDED, stdout
from tests.pipelines import steps as pipelines
from tests.schedules.test_fire import made as made_schedule
from tests.webhooks.test_delivering import hook

LARGE = b"x" * 70_000
FIRST_THAT_CAN_BE_REACHED = "0002"
"""By undoing what was made at once, on SQLite."""


async def used(database: Database, blobs, stream, doorbell) -> dict[str, object]:
    """Use a database for everything; return what is to be read of each evaluation ever after."""
    await hook(database, "http://127.0.0.1:9/")
    await batches.made(database, batches.programs(3))
    await batches.all_ended(database, blobs, stream, batches.failed(), SUCCEEDED)
    await given_up(database, blobs, stream)
    await pipelines.made(database, pipelines.stage("one"), pipelines.stage("two", "one"))
    hand = pipelines.Hand(database, blobs, stream)
    await hand.take()
    await hand.end("one", said=LARGE)
    await made_schedule(database)
    ended = await held(database)
    await finished(database, blobs, stream, ended, STARTED, stdout(LARGE), SUCCEEDED)
    await delete(database, LOCAL_OWNER, ended.evaluation_id)
    _waiting, cancelled = await submitted(database, *batches.programs(2))
    await cancel(database, doorbell, stream, LOCAL_OWNER, cancelled)
    return await told(database)


async def told(database: Database) -> dict[str, object]:
    """Return each evaluation's essence and events."""
    async with database.read(LOCAL_OWNER) as view:
        found = await view.evaluations._connection.execute(
            sa.text("SELECT id, status, outcome, lifecycle, fence, exit_code FROM evaluations ORDER BY id")
        )
        rows = {row.id: tuple(row) for row in found}
    return {one: (row, await history(database, one)) for one, row in rows.items()}


def revision(url: str) -> str:
    engine = sa.create_engine(synchronous(url))
    with engine.connect() as connection:
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    return str(found)


async def test_every_step_up_is_made_with_rows_in_its_tables(database_url, blobs, stream, doorbell):
    database = await Database.open(database_url)
    wanted = await used(database, blobs, stream, doorbell)
    await database.close()
    alembic = configuration(database_url)
    assert revision(database_url) == ScriptDirectory.from_config(alembic).get_current_head()
    while revision(database_url) > FIRST_THAT_CAN_BE_REACHED:
        command.downgrade(alembic, "-1")
        command.upgrade(alembic, "+1")
        command.downgrade(alembic, "-1")
    migrate(database_url)
    database = await Database.open(database_url)
    assert await told(database) == wanted
    for one in await claimed(database, limit=100):
        assert await finished(database, blobs, stream, one)
        assert (await get(database, one.evaluation_id)).status.is_final
    await database.close()
