from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.machine import Machine, machine


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A server for tests that leave it as they found it."""
    with machine(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Machine]:
    """A server that the test may stop, kill and start again."""
    with machine(tmp_path / "data", CRUCIBLE_GRACE_SECONDS="0.5", CRUCIBLE_LEASE_SECONDS="2") as running:
        yield running


@pytest.fixture
def enduring(tmp_path: Path) -> Iterator[Machine]:
    """A server that goes on trying for as long as it is killed."""
    with machine(
        tmp_path / "data", CRUCIBLE_INFRASTRUCTURE_ATTEMPTS="100", CRUCIBLE_LEASE_SECONDS="2", CRUCIBLE_SLOTS="4"
    ) as running:
        yield running
