"""`crucible dead-letters` against a real server whose executor dies under each program."""

import asyncio
import json
from datetime import timedelta

import pytest

from crucible.client import AsyncCrucible, Crucible, Submission
from crucible.domain.dead_letter import DeadLetterState
from crucible.evaluations import reap
from crucible.evaluations.requeue import Patience
from tests.cli.conftest import Command
from tests.fake_executor import dies, hello
from tests.serving import Serving


def ring_again(server: Serving) -> None:
    asyncio.run_coroutine_threadsafe(
        reap.ring_again(server.collaborators.database, server.collaborators.doorbell), server.loop
    ).result()


@pytest.fixture
def ids(server: Serving, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three evaluations that were given up."""
    monkeypatch.setattr(Patience, "delay", lambda _self, _lost: timedelta(0))
    server.executor.script = dies
    with Crucible(server.url) as crucible:
        made = crucible.submit_many([Submission(code="print(1)", labels={"study": "a"})] * 3)
        for one in made:
            while not crucible.get(one.id, wait_seconds=0.1).status.is_final:
                ring_again(server)  # as a scheduler would
    server.executor.script = hello
    return [one.id for one in made]


def test_what_was_given_up_is_listed_shown_replayed_and_discarded(command: Command, ids: list[str]) -> None:
    listed = command("dead-letters", "list")
    assert all(one in listed.out.decode() for one in ids)
    assert "study=a" in listed.out.decode()
    shown = command("dead-letters", "show", ids[0])
    assert shown.out.decode().count("the executor went away during the run") == 3
    replayed = json.loads(command("dead-letters", "replay", ids[0], "--json").out)
    assert (replayed["evaluation_id"], replayed["state"]) == (ids[0], "replayed")
    with Crucible() as crucible:
        assert crucible.wait(replayed["replayed_as"]).outcome == "succeeded"
    assert command("dead-letters", "discard", ids[1]).out == b"1 discarded\n"
    refused = command("dead-letters", "replay", ids[1])
    assert (refused.code, "was discarded" in refused.err) == (1, True)
    again = command("dead-letters", "replay", "--all")
    assert again.out.decode().startswith(f"{ids[2]} runs again as ev_")
    assert b"Nothing was given up" in command("dead-letters", "list").out
    every = command(
        "dead-letters", "list", "--state", "replayed", "--state", "discarded", "--json"
    ).out.splitlines()
    assert {json.loads(line)["evaluation_id"] for line in every} == set(ids)
    assert f"runs again as {replayed['replayed_as']}" in command("dead-letters", "show", ids[0]).out.decode()
    assert json.loads(command("dead-letters", "show", ids[1], "--json").out)["resolved_by"] == "local"


def test_a_decision_is_about_somebody(server: Serving, command: Command) -> None:
    assert command("dead-letters", "replay").code == 2
    assert command("dead-letters", "discard", "ev_1", "--all").code == 2
    assert command("dead-letters", "replay", "--all").out == b""
    missing = command("dead-letters", "show", "ev_nonsense")
    assert (missing.code, "there is no evaluation" in missing.err) == (1, True)
    del server


async def test_the_asynchronous_client_decides_too(server: Serving, ids: list[str]) -> None:
    async with AsyncCrucible(server.url) as crucible:
        operations = crucible.operations
        assert {one.evaluation_id async for one in operations.dead_letters(page_size=2)} == set(ids)
        (replayed,) = await operations.replay(ids[:1])
        assert (await operations.replay(ids[:1])) == (replayed,)
        await operations.discard(ids[1:])
        assert (await operations.dead_letter(ids[1])).state is DeadLetterState.DISCARDED
