"""What an operator asks every process to log, as one of them follows it."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crucible.database.database import Database
from crucible.database.tables import log_orders
from crucible.domain.answer import LogLevelRequest
from crucible.domain.errors import PermissionDeniedError
from crucible.domain.principal import LOCAL_OWNER, LOCAL_TENANT, Principal, Role
from crucible.ending import ended
from crucible.operations.log_level import current, order, withdraw
from crucible.roles.log_level import keep_log_level
from crucible.telemetry.logging import log_level
from tests.waiting import until


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """Have the log be as it was."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.WARNING)
    yield
    root.setLevel(before)


async def is_logged_from(level: str) -> None:
    async def is_so() -> bool:
        return log_level() == level

    await until(is_so)


async def time_is_over(database: Database) -> None:
    async with database.system_unit_of_work() as work:
        long_ago = await work.now() - timedelta(seconds=1)
        await work.lines._connection.execute(sa.update(log_orders).values(until=long_ago))


async def test_a_process_follows_the_order_until_it_is_withdrawn_or_its_time_is_over(database):
    told: list[str | None] = []
    following = asyncio.create_task(keep_log_level(database, "warning", tell=told.append, seconds=0.01))
    try:
        await order(database, LOCAL_OWNER, LogLevelRequest(level="debug"))
        await is_logged_from("debug")
        await order(database, LOCAL_OWNER, LogLevelRequest(level="error", minutes=1))
        await is_logged_from("error")
        await withdraw(database, LOCAL_OWNER)
        await is_logged_from("warning")
        await order(database, LOCAL_OWNER, LogLevelRequest(level="info"))
        await is_logged_from("info")
        await time_is_over(database)
        await is_logged_from("warning")
    finally:
        await ended(following)
    assert told == ["debug", "error", None, "info", None]
    assert await current(database, LOCAL_OWNER) is None


async def test_who_may_not_administer_gives_no_order(database):
    asker = Principal(tenant_id=LOCAL_TENANT, subject="somebody", role=Role.MEMBER)
    with pytest.raises(PermissionDeniedError):
        await order(database, asker, LogLevelRequest(level="debug"))
    with pytest.raises(PermissionDeniedError):
        await withdraw(database, asker)
