"""Secrets outside of every sandbox, the victims, and what must hold after each attack."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain.outcome import Outcome
from tests.sandbox.fixtures import Ran, Sandboxes
from tests.security.attack import Attack
from tests.security.campaign import Campaign, HostVictim, Neighbour, World, secret


class Canary:
    """A secret in a file and in the executor's environment. No output may ever hold it."""

    def __init__(self, path: Path) -> None:
        self.value = path.read_text()
        self.path = path

    def is_in(self, ran: Ran) -> bool:
        everything = [ran.output("stdout"), ran.output("stderr"), *ran.files.values()]
        return any(self.value.encode() in part for part in everything)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The host's victim, and a secret in a file, in this process's memory and in its environment."""
    name, value = f"crucible-victim-{os.getpid()}", secret()
    with HostVictim.living(name, value) as victim:
        path = victim.folder / "canary"
        path.write_text(value)
        path.chmod(0o644)
        os.environ["CRUCIBLE_CANARY"] = value
        yield World(name, path, victim)
        del os.environ["CRUCIBLE_CANARY"]


@pytest.fixture
def canary(world: World) -> Iterator[Canary]:
    """The secret; the test fails where the host's copy of it was touched."""
    canary = Canary(world.canary)
    yield canary
    assert canary.path.read_text() == canary.value


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def campaign(request: pytest.FixtureRequest, world: World, sandboxes: Sandboxes) -> AsyncIterator[Campaign]:
    """One engine's attacks: those that this session was asked to run, in its order."""
    order: list[Attack] = []
    for item in request.session.items:
        chosen = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        attack = chosen.get("attack")
        if (
            isinstance(attack, Attack)
            and attack not in order
            and chosen.get("sandboxes") == sandboxes.driver.engine
        ):
            order.append(attack)
    await sandboxes.start_anew()  # behind the secret in this process's environment
    async with Neighbour.living(sandboxes, world.name) as neighbour:
        yield Campaign(sandboxes, neighbour, world, order)


@pytest_asyncio.fixture(loop_scope="session")
async def unharmed(sandboxes: Sandboxes, nothing_left: None) -> AsyncIterator[None]:  # noqa: ARG001 - order matters
    """After the attack the executor still serves a neighbour, and nothing is left on the host."""
    yield
    neighbour = await sandboxes.run("print('unharmed')")
    assert (neighbour.finished.outcome, neighbour.text) == (Outcome.SUCCEEDED, "unharmed\n")
