"""Fixtures that more than one room of the tests uses."""

import ast
import faulthandler
import gc
import logging

import structlog
from hypothesis import settings

from tests import parsing
from tests.database.fixtures import (
    blobs,
    database,
    database_file,
    database_url,
    doorbell,
    migrated_file,
    postgres,
    pytest_generate_tests,
    stream,
)
from tests.roles.fixtures import scaled
from tests.sandbox.docker.private_engine import private_engine
from tests.sandbox.fixtures import nothing_left, promised, runtimes, sandboxes, sessions_possible, traced
from tests.stream.fixtures import either_stream, redis, redis_server

ENDING_SECONDS = 120
"""What this process may take to end once its tests have, which have said by then what failed."""

__all__ = [
    "blobs",
    "database",
    "database_file",
    "database_url",
    "doorbell",
    "either_stream",
    "migrated_file",
    "nothing_left",
    "postgres",
    "private_engine",
    "promised",
    "pytest_generate_tests",
    "redis",
    "redis_server",
    "runtimes",
    "sandboxes",
    "scaled",
    "sessions_possible",
    "stream",
    "traced",
]

# Whoever reads what a command printed reads no lines of a server's in the same process, which nobody configured.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))

gc.disable()  # until every test is collected: what that takes stays, and looking through it is a third of the time
ast.parse = parsing.parse
settings.register_profile("no test is timed", deadline=None)
settings.load_profile("no test is timed")


def pytest_collection_finish() -> None:
    """Collect garbage from now on, and of what the tests make alone."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Have a thread that a failed test left running end with this process, after its stack was shown."""
    faulthandler.dump_traceback_later(ENDING_SECONDS, exit=True, file=2)
