"""A real server with a real executor, for tests that leave it as they found it."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from crucible.client import Crucible, HeldSession
from tests.end_to_end.machine import Machine, machine
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with machine(tmp_path_factory.mktemp("sessions") / "data") as running:
        yield running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Machine]:
    """A server that the test may stop, kill and start again."""
    with machine(tmp_path / "data", CRUCIBLE_GRACE_SECONDS="0.5") as running:
        yield running


@pytest.fixture
def http(server: Machine) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"{server.url}/api/v1", trust_env=False, timeout=PATIENCE_SECONDS) as client:
        yield client


@pytest.fixture
def crucible(server: Machine) -> Iterator[Crucible]:
    with Crucible(server.url) as client:
        yield client


@pytest.fixture
def session(crucible: Crucible) -> Iterator[HeldSession]:
    with crucible.sessions.create() as made:
        yield made
