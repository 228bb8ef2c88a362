"""Who an exec of a session can be."""

import json
import os

import pytest

from crucible.domain.errors import SessionUserNotFoundError
from crucible.sandbox.sessions import steps, users
from crucible.sandbox.sessions.failures import failure


def test_a_user_whom_the_executor_can_not_map_is_none_that_there_is() -> None:
    """As for an ordinary user without subordinate ids: nobody lacks a permission that anything would grant."""
    other = os.getuid() + 1
    reading, writing = os.pipe()
    with pytest.raises(OSError, match="uids can't be mapped here") as refused:
        steps._become(users.User("other", other, other, (other,), "/"), mapped=False)
    steps.tell_failure(writing, refused.value, "user")
    told = json.loads(os.read(reading, 1000))
    os.close(reading)
    os.close(writing)
    assert isinstance(failure(told, user="other", cwd="/", name="true"), SessionUserNotFoundError)
