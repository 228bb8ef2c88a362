"""The group that tracks what came of an exec, and how all of that is killed."""

import asyncio

import pytest

from crucible.sandbox import cgroup
from crucible.sandbox.cgroup import killing
from crucible.sandbox.sessions.tracking import TrackingGroup
from tests.waiting import until

_PROCESSES = 300


async def test_of_however_many_who_is_in_the_group_is_asked_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked once for each of thousands, it held up everybody's sandboxes for as long as that took."""
    groups = cgroup.find()
    session = groups.create("tracked", ours=0)
    group = TrackingGroup(session, "exec-1", opened_by_execs=False)
    script = f"echo 0 > {group._folder}/cgroup.procs; for n in $(seq {_PROCESSES}); do sleep 600 & done; wait"
    process = await asyncio.create_subprocess_exec("/bin/sh", "-c", script)

    async def there() -> bool:
        return len(killing.members(group._folder)) > _PROCESSES

    await until(there)
    looks = 0
    members = killing.members

    def counted(folder: str) -> set[int]:
        nonlocal looks
        looks += 1
        return members(folder)

    monkeypatch.setattr(killing, "members", counted)
    await group.kill()
    assert await process.wait() == -9
    assert members(group._folder) == set()
    assert looks < _PROCESSES / 2
    assert group.remove()
    assert session.remove()
    groups.close()
