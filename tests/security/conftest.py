"""A secret outside of every sandbox, and what must hold after each attack."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain.outcome import Outcome
from tests.sandbox.fixtures import Ran, Sandboxes


class Canary:
    """A secret in a file and in the executor's environment. No output may ever hold it."""

    def __init__(self, folder: Path) -> None:
        self.value = secrets.token_hex(16)
        self.path = folder / "canary"
        self.path.write_text(self.value)
        self.path.chmod(0o644)

    def is_in(self, ran: Ran) -> bool:
        everything = [ran.output("stdout"), ran.output("stderr"), *ran.files.values()]
        return any(self.value.encode() in part for part in everything)


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    """The secret; the test fails where the host's copy of it was touched."""
    canary = Canary(tmp_path)
    os.environ["CRUCIBLE_CANARY"] = canary.value
    yield canary
    del os.environ["CRUCIBLE_CANARY"]
    assert canary.path.read_text() == canary.value


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def unharmed(sandboxes: Sandboxes, nothing_left: None) -> AsyncIterator[None]:  # noqa: ARG001 - order matters
    """After every attack the executor still serves a neighbour, and nothing is left on the host."""
    yield
    neighbour = await sandboxes.run("print('unharmed')")
    assert (neighbour.finished.outcome, neighbour.text) == (Outcome.SUCCEEDED, "unharmed\n")
