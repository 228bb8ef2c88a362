"""Every call to the database goes wrong once during every verb, its last in every way; and the same comes of it.

A commit whose answer is lost is a commit or none: whoever asked can't know, and asks again. So each verb is done
as its caller does it, repeated until it is told that it is done. Then all is brought to its end, and there must be
as much of everything as where nothing went wrong.
"""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.engine import is_sqlite
from crucible.domain.webhook import WebhookEvent
from tests.faults import sqlite
from tests.faults.failures import Failures, How
from tests.faults.proxy import Proxy
from tests.faults.verbs import VERBS, Verb
from tests.faults.world import Follower, World
from tests.webhooks.test_delivering import hook

WAYS = {
    "sqlite": [How.REFUSED, How.LOST, How.UNANSWERED],
    "postgresql": [How.REFUSED, How.UNANSWERED, How.EXPELLED],
}
pytestmark = pytest.mark.timeout(400)
_MOST_CALLS = 60


@pytest.fixture
def failures() -> Failures:
    return Failures()


@pytest.fixture
async def world(
    request: pytest.FixtureRequest, database: Database, blobs: FileBlobs, tmp_path: Path, failures: Failures
) -> AsyncIterator[World]:
    request.getfixturevalue("monkeypatch").setattr("crucible.stream.stream.QUIET_SECONDS", 0.02)
    everything = [event for event in WebhookEvent if event is not WebhookEvent.TEST]
    await hook(database, "http://127.0.0.1:9/", *everything)
    folder = tmp_path / "blobs"
    url = make_url(request.getfixturevalue("database_url"))
    if is_sqlite(url):
        sqlite.install(request.getfixturevalue("monkeypatch"))
        failing = partial(sqlite.failing, failures)
        yield World(database=database, calm=database, blobs=blobs, folder=folder, failing=failing)
        return
    async with Proxy(str(url.host), url.port or 0, failures) as proxy:
        plain = {"sslmode": "disable", "gssencmode": "disable"}
        through = url.set(port=proxy.port).update_query_dict(plain).render_as_string(hide_password=False)
        failed = await Database.open(through)
        yield World(database=failed, calm=database, blobs=blobs, folder=folder)
        await failed.close()


async def comes_of(
    world: World, failures: Failures, verb: Verb, place: int | None = None, how: How = How.LOST
) -> tuple[object, int]:
    """Do a verb and return what came of it, and how many calls it made."""
    before = await world.stands()
    step = await verb(world)
    followers = [Follower(world, one) for one in await world.unfinished()]
    for follower in followers:
        await follower.begins()
    failures.expect(place, how)
    with world.failing():
        await step()
    calls = failures.calls
    failures.expect(None)
    try:
        await world.settle()
        for follower in followers:
            await follower.has_heard_all()
    finally:
        for follower in followers:
            follower.stop()
    came = await world.stands()
    came.subtract(before)
    return {what: number for what, number in came.items() if number}, calls


@pytest.mark.parametrize("verb", VERBS)
async def test_whatever_call_goes_wrong_the_same_comes_of_it(world, failures, database_kind, verb):
    wanted, calls = await comes_of(world, failures, VERBS[verb])
    assert 0 < calls < _MOST_CALLS
    for place in range(1, calls + 1):
        ways = WAYS[database_kind]
        for how in ways if place == calls else [ways[place % len(ways)]]:
            came, _ = await comes_of(world, failures, VERBS[verb], place, how)
            assert came == wanted, f"call {place} of {calls} {how}"
    await world.is_sound()
