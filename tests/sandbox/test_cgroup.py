"""Control groups on this host, and what is said where there are none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.domain.limits import MIB, Limits
from crucible.sandbox import cgroup
from crucible.sandbox.cgroup.mounts import Mount
from crucible.sandbox.namespaces.driver import NamespacesDriver
from crucible.sandbox.runtimes.known import Runtimes
from tests.sandbox.fixtures import Sandboxes


def mountinfo(*lines: str) -> str:
    return "\n".join(lines)


def fake_files(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """Answer reads of these files; it stands for hosts whose control groups this machine doesn't have."""

    def read(path: str) -> str:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    monkeypatch.setattr(cgroup.files, "read", read)


def test_a_group_has_its_limits_before_anything_enters_it() -> None:
    groups = cgroup.find()
    group = groups.create("limits", ours=2)
    group.limit(Limits(memory_bytes=64 * MIB, processes=7))
    folders = [Path(entrance).parent for entrance in group.entrances]
    limits = {
        file.name: file.read_text().strip()
        for folder in folders
        for file in folder.iterdir()
        if ".max" in file.name or "limit" in file.name
    }
    reading = group.read()
    assert group.remove()
    groups.close()
    assert str(64 * MIB) in {limits.get("memory.limit_in_bytes"), limits.get("memory.max")}
    assert limits["pids.max"] == "9"
    assert (reading.processes, reading.out_of_memory_kills) == (0, 0)


def test_memory_may_be_raised_and_lowered() -> None:
    groups = cgroup.find()
    group = groups.create("raised", ours=2)
    for mebibytes in (64, 1024, 32):
        group.limit(Limits(memory_bytes=mebibytes * MIB))
    assert group.remove()
    groups.close()


def test_who_has_the_number_of_one_that_was_in_a_group_is_not_killed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is where a process ends, and its number is another's, between a look at the group and a signal."""
    folders = dict.fromkeys((*cgroup.CONTROLLERS, "cpuacct"), str(tmp_path))
    with subprocess.Popen(["/bin/sleep", "600"]) as bystander:
        looks = iter([str(bystander.pid), ""])
        monkeypatch.setattr(cgroup.files, "read", lambda _path: next(looks))
        cgroup.v1.GroupV1(folders, ours=0).kill()
        assert next(looks, None) is None
        bystander.terminate()
    assert bystander.returncode == -signal.SIGTERM


def test_a_group_with_a_process_in_it_is_not_removed_until_it_is_killed() -> None:
    groups = cgroup.find()
    group = groups.create("occupied", ours=2)
    child = os.fork()
    if child == 0:
        for entrance in group.entrances:
            Path(entrance).write_text("0")
        while True:
            os.sched_yield()
    while str(child) not in Path(group.entrances[-1]).read_text().split():
        os.sched_yield()
    assert not group.remove()
    group.kill()
    os.waitpid(child, 0)
    while not group.remove():
        os.sched_yield()
    assert group.remove(), "removing what is gone is no error"
    groups.close()


BUSY = """
import sys
for path in sys.argv[1:]:
    with open(path, "w") as file:
        file.write("0")
held = bytearray(24 << 20)
end = __import__("time").process_time() + 0.2
while __import__("time").process_time() < end:
    pass
print("used", flush=True)
sys.stdin.read()
"""


def test_a_group_that_is_used_again_knows_nothing_of_who_was_in_it() -> None:
    groups = cgroup.find()
    group = groups.create("again", ours=0)
    limits = Limits(memory_bytes=64 * MIB)
    group.limit(limits)
    with subprocess.Popen(
        [sys.executable, "-I", "-c", BUSY, *group.entrances], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = group.read()
        assert not group.clear()
        process.kill()
    assert group.clear()
    group.renew()
    group.limit(limits)
    again = group.read()
    assert group.remove()
    groups.close()
    assert (first.cpu_seconds > 0.1, first.peak_memory_bytes > 20 * MIB, first.processes) == (True, True, 1)
    assert (again.cpu_seconds < 0.1, again.peak_memory_bytes < 4 * MIB, again.processes) == (True, True, 0)


def test_a_group_that_is_used_again_has_the_limits_of_who_is_in_it_now() -> None:
    groups = cgroup.find()
    group = groups.create("other", ours=1)
    group.limit(Limits(memory_bytes=64 * MIB, processes=7, cpus=2))
    assert group.clear()
    group.renew()
    group.limit(Limits(memory_bytes=32 * MIB, processes=3, cpus=0.5))
    said = {
        file.name: file.read_text().split()[0]
        for entrance in group.entrances
        for file in Path(entrance).parent.iterdir()
        if file.name in {"memory.limit_in_bytes", "memory.max", "pids.max", "cpu.cfs_quota_us", "cpu.max"}
    }
    assert group.remove()
    groups.close()
    assert sorted(said.values()) == sorted([str(32 * MIB), "4", "50000"])


def test_a_limit_that_can_not_be_set_refuses_the_group() -> None:
    groups = cgroup.find()
    group = groups.create("refused", ours=2)
    with pytest.raises(OSError, match=r"pids\.max"):
        group.limit(Limits(processes=-100))
    assert group.remove()
    groups.close()


def test_missing_controllers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_files(
        monkeypatch,
        {
            "/proc/self/cgroup": "1:memory:/\n",
            "/proc/self/mountinfo": "30 1 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
        },
    )
    with pytest.raises(cgroup.CgroupsUnavailableError, match="no cgroup controller for cpu, cpuacct, pids"):
        cgroup.find()


def test_version_2_without_a_place_of_its_own_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_files(
        monkeypatch,
        {
            "/proc/self/cgroup": "0::/user.slice\n",
            "/proc/self/mountinfo": f"30 1 0:1 / {tmp_path} rw - cgroup2 cgroup2 rw",
            f"{tmp_path}/cgroup.controllers": "cpu io memory pids",
        },
    )
    with pytest.raises(cgroup.CgroupsUnavailableError, match="systemd-run --user --scope -p Delegate=yes"):
        cgroup.find()


@pytest.mark.parametrize(
    ("root", "path", "inside"),
    [
        ("/", "/", ""),
        ("/", "/a/b", "/a/b"),
        ("/docker/x", "/docker/x", ""),
        ("/docker/x", "/docker/x/y", "/y"),
        ("/", "/../..", ""),
    ],
)
def test_a_path_is_seen_through_the_mount(root: str, path: str, inside: str) -> None:
    mount = Mount(point="/sys/fs/cgroup", root=root, kind="cgroup", options=frozenset())
    assert mount.inside(path) == inside


def test_groups_of_an_executor_with_the_same_process_id_are_removed_and_living_ones_kept() -> None:
    more = ("devices",) if os.geteuid() == 0 else ()  # what the next one doesn't need is swept, too
    living = cgroup.find(also=more)
    kept = living.create("kept", ours=2)
    stale = [Path(entrance).parent.parent.parent / f"crucible-{os.getpid()}-0/1" for entrance in kept.entrances]
    for folder in stale:
        folder.mkdir(parents=True)
    cgroup.find().close()
    assert [folder for folder in stale if folder.parent.exists()] == []
    assert kept.remove()
    living.close()


def test_limits_can_be_lowered_and_raised_again() -> None:
    groups = cgroup.find()
    group = groups.create("changed", ours=2)
    folders = [Path(entrance).parent for entrance in group.entrances]
    for memory_bytes in (64 * MIB, 32 * MIB, 512 * MIB, 512 * MIB):
        group.limit(Limits(memory_bytes=memory_bytes))
        bounds = [
            int((folder / name).read_text())
            for folder in folders
            for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max")
            if (folder / name).exists()
        ]
        assert set(bounds) == {memory_bytes}
    assert group.remove()
    groups.close()


def test_an_executor_that_may_not_make_all_of_its_groups_leaves_none(tmp_path: Path) -> None:
    for controller in ("memory", "pids", "cpu"):
        (tmp_path / controller).mkdir()
    folders = {name: str(tmp_path / name) for name in ("memory", "pids", "cpu", "missing")}
    with pytest.raises(FileNotFoundError):
        cgroup.CgroupsV1(folders)
    assert [path for path in tmp_path.rglob("*") if path.parent != tmp_path] == []


def test_a_living_executors_group_is_not_swept_by_one_that_does_not_see_its_process(tmp_path: Path) -> None:
    own = tmp_path / "crucible-4194305-1"  # an id that the kernel gives nobody: as if in another PID namespace
    claim = cgroup.files.claim(str(own))
    sweep = [
        sys.executable,
        "-c",
        "import sys; from crucible.sandbox.cgroup import files; files.sweep(sys.argv[1])",
    ]
    subprocess.run([*sweep, tmp_path], check=True)
    assert own.exists()
    os.close(claim)
    subprocess.run([*sweep, tmp_path], check=True)
    assert not own.exists()


def test_groups_that_somebody_removed_are_made_again() -> None:
    groups = cgroup.find()
    first = groups.create("first", 2)
    tops = [Path(entrance).parent.parent for entrance in first.entrances]
    assert first.remove()
    for top in tops:
        top.rmdir()
    again = groups.create("again", 2)
    again.limit(Limits(memory_bytes=64 * MIB))
    assert again.remove()
    groups.close()
    assert [top for top in tops if top.exists()] == []


async def peak_of_a_program(monkeypatch: pytest.MonkeyPatch, runtimes: Runtimes, **changed: object) -> int:
    """Return how much memory a program used at once, as its group says, which is changed like this."""
    made = cgroup.find()
    version = type(made)
    made.close()
    create = version.create

    def change(self: cgroup.Cgroups, name: str, ours: int) -> cgroup.Cgroup:
        group = create(self, name, ours)
        for attribute, value in changed.items():
            setattr(group, attribute, value)
        return group

    monkeypatch.setattr(version, "create", change)
    if "birthplace" in changed:
        monkeypatch.setattr(version, "birthplaces", 1)
    driver = await NamespacesDriver.open(spares=0)
    try:
        ran = await Sandboxes(driver, runtimes).run("print('ran')")
    finally:
        await driver.close()
    assert ran.text == "ran\n", ran.finished
    return ran.finished.peak_memory_bytes or 0


@pytest.mark.asyncio(loop_scope="session")
async def test_process_1_is_made_in_its_group_where_there_is_a_way(
    monkeypatch: pytest.MonkeyPatch, runtimes: Runtimes
) -> None:
    groups = cgroup.find()
    entrances = ["/dev/null"] * groups.hierarchies
    groups.close()
    peak = await peak_of_a_program(monkeypatch, runtimes, entrances=entrances)
    assert (peak > 0) == (groups.version == 2)


@pytest.mark.asyncio(loop_scope="session")
async def test_process_1_joins_its_group_where_it_may_not_be_made_there(
    monkeypatch: pytest.MonkeyPatch, runtimes: Runtimes
) -> None:
    assert await peak_of_a_program(monkeypatch, runtimes, birthplace="/tmp") > 0
