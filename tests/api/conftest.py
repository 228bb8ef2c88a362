"""A server over real HTTP, and a plain HTTP client that adds nothing to what a test sends."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path / "data", FakeExecutor()) as running:
        yield running


@pytest.fixture
def http(server: Serving) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=f"{server.url}/api/v1", trust_env=False, verify=False, timeout=PATIENCE_SECONDS
    ) as client:
        yield client
