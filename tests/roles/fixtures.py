"""A scaled-out Crucible: real PostgreSQL, real Redis, and each role a process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from private_servers import UNSAFE_AND_FAST, Postgres, Redis
from up_scaled import Roles, running


@dataclass(frozen=True)
class Scaled:
    """The servers and the roles."""

    postgres: Postgres
    redis: Redis
    roles: Roles

    @property
    def url(self) -> str:
        return self.roles.url

    def log(self, role: str) -> str:
        return (self.roles.data / f"{role}.log").read_text()


@contextmanager
def scaled_out(**settings: str) -> Iterator[Scaled]:
    with ExitStack() as stack:
        postgres = stack.enter_context(Postgres(*UNSAFE_AND_FAST))
        redis = stack.enter_context(Redis())
        quick = {"CRUCIBLE_LEASE_SECONDS": "3", "CRUCIBLE_GRACE_SECONDS": "1"}
        yield Scaled(postgres, redis, stack.enter_context(running(postgres, redis, **(quick | settings))))


@pytest.fixture(scope="session")
def scaled() -> Iterator[Scaled]:
    """One for all tests that leave it as they found it."""
    with scaled_out() as made:
        yield made
