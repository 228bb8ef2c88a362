"""Fixtures that more than one room of the tests uses."""

from tests.database.fixtures import blobs, database, database_file, doorbell, migrated_file, stream
from tests.sandbox.fixtures import nothing_left, promised, sandboxes, traced

__all__ = [
    "blobs",
    "database",
    "database_file",
    "doorbell",
    "migrated_file",
    "nothing_left",
    "promised",
    "sandboxes",
    "stream",
    "traced",
]
