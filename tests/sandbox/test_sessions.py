"""What every driver that has sessions promises of them. Each test also must leave nothing behind."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain import errors
from crucible.domain.limits import KIB, MIB
from crucible.domain.outcome import Outcome
from crucible.domain.session import (
    MAXIMUM_ARGUMENT_BYTES,
    EndReason,
    ExecFinished,
    ExecOutput,
    ExecSpec,
    SessionLimits,
    SessionSpec,
)
from crucible.sandbox.driver import Session
from tests.sandbox import host
from tests.sandbox.fixtures import ON_THE_HOSTS_KERNEL, Sandboxes, on_engine
from tests.waiting import until

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left", "sessions_possible"),
    on_engine(*ON_THE_HOSTS_KERNEL),
]


@pytest_asyncio.fixture(loop_scope="session")
async def session(sandboxes: Sandboxes, nothing_left: None) -> AsyncIterator[Session]:  # noqa: ARG001 - looks last
    session = await sandboxes.open_session(SessionSpec(env={"FROM": "the session"}))
    yield session
    await session.end(EndReason.DESTROYED, "the test is over")


async def run(session: Session, *argv: str, **spec: object) -> ExecFinished:
    """Run a command, which an emulated machine may take long for."""
    return await session.exec(ExecSpec(argv=argv, **{"timeout_seconds": 100.0, **spec}), None)  # type: ignore[arg-type]


async def sh(session: Session, script: str, **spec: object) -> ExecFinished:
    return await run(session, "/bin/sh", "-c", script, **spec)


async def text(session: Session, script: str, **spec: object) -> str:
    finished = await sh(session, script, **spec)
    assert finished.outcome is Outcome.SUCCEEDED, finished
    return finished.stdout.decode()


async def test_an_exec_says_how_it_ended(session: Session) -> None:
    finished = await sh(session, "echo out; echo err >&2; exit 3")
    assert (finished.outcome, finished.exit_code, finished.returncode) == (Outcome.NONZERO_EXIT, 3, 3)
    assert (finished.stdout, finished.stderr) == (b"out\n", b"err\n")
    killed = await sh(session, "kill -KILL $$")
    assert (killed.outcome, killed.signal, killed.returncode) == (Outcome.KILLED_BY_SIGNAL, "SIGKILL", 137)
    real_time = await sh(session, "kill -40 $$")
    assert (real_time.outcome, real_time.signal, real_time.returncode) == (Outcome.KILLED_BY_SIGNAL, "SIG40", 168)


async def test_what_one_exec_leaves_the_next_one_finds(session: Session) -> None:
    await sh(session, "echo kept > file; (sleep 60 &) ; until pgrep sleep; do :; done; mkdir -p /data")
    assert await text(session, "cat /workspace/file; pgrep sleep | wc -l; ls -d /data") == "kept\n1\n/data\n"
    await sh(session, "pkill sleep; while pgrep sleep; do :; done")
    assert await text(session, "pgrep sleep | wc -l") == "0\n"


async def test_root_ends_what_others_run_whether_it_sees_it_or_not(session: Session) -> None:
    await sh(session, "sleep 60 & until pgrep sleep; do :; done", user="sandbox")
    await sh(session, "kill -KILL -1")
    await text(session, "while pgrep sleep; do :; done", user="sandbox")


async def test_processes_meet_in_shared_memory(session: Session) -> None:
    """A pool ends when one process hears of another's semaphore, which both have opened by its name."""
    code = "import multiprocessing as m\nwith m.get_context('forkserver').Pool(2) as pool: pool.map(abs, [1])"
    assert (await run(session, "python3", "-c", code)).outcome is Outcome.SUCCEEDED


async def test_argv_stdin_env_and_cwd_reach_the_program(session: Session) -> None:
    finished = await run(
        session,
        "sh",
        "-c",
        'cat; echo "$FROM $TO $HOME"; pwd; printf "%s," "$@"',
        "sh",
        "two words",
        "$HOME",
        "",
        stdin=b"\x00\xff from stdin\n",
        env={"TO": "the exec"},
        cwd="/tmp",
    )
    assert finished.stdout == b"\x00\xff from stdin\nthe session the exec /root\n/tmp\ntwo words,$HOME,,"


async def test_a_relative_working_directory_lies_where_files_do(session: Session) -> None:
    await session.write_file("below/file", b"", None, None)
    assert await text(session, "pwd; ls", cwd="below") == "/workspace/below\nfile\n"
    with pytest.raises(errors.SessionFileNotFoundError, match="the working directory 'elsewhere'"):
        await run(session, "true", cwd="elsewhere")


async def test_fifty_mebibytes_of_stdin_arrive(session: Session) -> None:
    finished = await sh(session, "wc -c", stdin=b"x" * 50 * MIB)
    assert finished.stdout.strip() == b"52428800"


async def test_stdin_that_nobody_reads_does_no_harm(session: Session) -> None:
    assert (await run(session, "true", stdin=b"x" * MIB)).outcome is Outcome.SUCCEEDED


async def test_a_mebibyte_and_a_half_of_arguments_arrives(session: Session) -> None:
    each = "x" * (64 * KIB - 1)
    finished = await run(session, "sh", "-c", "echo $# ${#1}", "sh", *[each] * 23)
    assert finished.stdout == f"23 {len(each)}\n".encode()


async def test_one_argument_may_be_as_large_as_the_kernel_takes_and_no_larger(session: Session) -> None:
    largest = "x" * MAXIMUM_ARGUMENT_BYTES
    assert (await run(session, "/bin/true", largest)).outcome is Outcome.SUCCEEDED
    with pytest.raises(errors.SessionTooLargeError, match="Argument list too long"):
        await run(session, "/bin/true", largest + "x")


async def test_output_is_streamed_as_it_comes(session: Session) -> None:
    events: list[tuple[float, bytes]] = []

    async def emit(event: ExecOutput) -> None:
        assert event.stream == "stdout"
        events.append((time.monotonic(), event.data))

    spec = ExecSpec(argv=("sh", "-c", "echo one; cat /workspace/gate; echo two"), stream=True)
    await sh(session, "mkfifo gate")
    running = asyncio.create_task(session.exec(spec, emit))

    async def printed() -> bool:
        return bool(events)

    await until(printed)
    assert [data for _, data in events] == [b"one\n"]
    await sh(session, "echo opened > gate")
    finished = await running
    assert b"".join(data for _, data in events) == b"one\nopened\ntwo\n"
    assert (finished.stdout, finished.stdout_bytes) == (b"", 15)


async def test_of_much_output_the_end_is_kept(session: Session) -> None:
    script = "head -c 12000000 /dev/zero | tr '\\0' a; printf 'the end'; head -c 3000 /dev/zero >&2"
    finished = await sh(session, script)
    assert (len(finished.stdout), finished.stdout_bytes) == (10 * MIB, 12_000_007)
    assert finished.stdout.endswith(b"aaathe end")
    assert finished.stderr == bytes(3000)
    little = await sh(session, "printf 'a%.0s' $(seq 100); printf end", output_bytes=5)
    assert (little.stdout, little.stdout_bytes) == (b"aaend", 103)


async def test_a_timeout_kills_the_whole_tree_and_keeps_the_output_so_far(session: Session) -> None:
    await sh(session, "sleep 77 > /dev/null 2>&1 &")
    began = time.monotonic()
    finished = await sh(
        session,
        "trap '' TERM HUP INT; echo before; setsid sh -c 'sleep 88 & sleep 88' & (sleep 88 &); sleep 88",
        timeout_seconds=3,
    )
    assert (finished.outcome, finished.signal, finished.stdout) == (Outcome.TIMED_OUT, "SIGKILL", b"before\n")
    assert time.monotonic() - began < 60
    assert await text(session, "ps -eo args | grep -c '[s]leep 77'") == "1\n"
    assert (await sh(session, "ps -eo args | grep '[s]leep 88'")).exit_code == 1


async def test_a_caller_who_leaves_ends_the_exec(session: Session) -> None:
    running = asyncio.create_task(sh(session, "echo $$ > pid; sleep 99"))

    async def started() -> bool:
        return (await sh(session, "test -s pid")).exit_code == 0

    await until(started)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await sh(session, "ps -eo args | grep '[s]leep 99'")).exit_code == 1


async def test_background_processes_may_hold_the_output_open(session: Session) -> None:
    began = time.monotonic()
    finished = await sh(session, "(while true; do echo more; sleep 0.05; done) & echo done")
    assert finished.outcome is Outcome.SUCCEEDED
    assert b"done\n" in finished.stdout
    assert time.monotonic() - began < 10
    await asyncio.sleep(0.3)
    assert await text(session, "ps -eo args | grep -q '[w]hile true' && echo goes on") == "goes on\n"


async def test_many_execs_run_at_once(session: Session) -> None:
    together = await asyncio.gather(*(text(session, f"sleep 0.2; echo {number}") for number in range(24)))
    assert together == [f"{number}\n" for number in range(24)]


async def test_groups_of_execs_that_ended_are_removed_while_others_run(session: Session) -> None:
    running = asyncio.create_task(sh(session, "sleep 1"))
    for _ in range(5):
        await sh(session, "true")
    groups = [group for top in host.groups_of(os.getpid()) for group in top.glob("session-*/exec-*")]
    assert len(groups) <= 2
    await running


async def test_no_other_user_of_the_host_gets_into_an_execs_group(session: Session) -> None:
    modes: list[tuple[int, int]] = []

    async def look(_: ExecOutput) -> None:
        groups = [group for top in host.groups_of(os.getpid()) for group in top.rglob("exec-*")]
        modes.extend((group.parent.stat().st_mode, (group / "cgroup.procs").stat().st_mode) for group in groups)

    await session.exec(ExecSpec(argv=("echo", "here"), stream=True), look)
    assert modes
    assert all(not folder & 0o077 or not door & 0o022 for folder, door in modes)


async def test_an_executor_without_descriptors_says_so_and_loses_none(session: Session) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before, (soft, hard) = descriptors(), resource.getrlimit(resource.RLIMIT_NOFILE)
    for room in range(2, 12):
        resource.setrlimit(resource.RLIMIT_NOFILE, (before + room, hard))
        try:
            await sh(session, "true")
        except errors.UnavailableError:
            continue
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    await sh(session, "true")
    assert descriptors() <= before


async def test_root_inside_makes_users_and_becomes_them(session: Session) -> None:
    assert await text(session, "id -u; id -G") == "0\n0\n"
    added = await sh(session, "adduser --disabled-password --gecos '' alice && addgroup --gid 1050 crew")
    assert added.outcome is Outcome.SUCCEEDED, added
    await sh(session, "adduser alice crew")
    for becoming in ("su alice -c", "su - alice -c", "runuser -u alice -- sh -c"):
        assert await text(session, f"{becoming} 'id -un; id -Gn'") == "alice\nalice users crew\n"
    assert (
        await text(session, "id -un; id -Gn; echo $HOME", user="alice") == "alice\nalice users crew\n/home/alice\n"
    )
    assert await text(session, "id -u; id -g", user="1040:1050") == "1040\n1050\n"
    assert await text(session, "id -gn", user="alice:crew") == "crew\n"
    assert (await sh(session, "cat /etc/shadow", user="alice")).exit_code == 1
    assert (await sh(session, "su root -c id", user="alice")).exit_code != 0
    assert (
        await text(session, "touch f; chown alice:crew f; chmod 4755 f; stat -c '%U %G %a' f")
        == "alice crew 4755\n"
    )
    assert await text(session, "touch plain; chmod 751 plain; cp -a plain copy; stat -c %a copy") == "751\n"
    assert (await run(session, "deluser", "alice")).outcome is Outcome.SUCCEEDED
    with pytest.raises(errors.SessionUserNotFoundError, match="no user 'alice'"):
        await run(session, "id", user="alice")


async def test_what_cannot_be_run_says_why(session: Session) -> None:
    await sh(session, "echo text > text; chmod 755 text; echo > unreadable; chmod 600 unreadable")
    with pytest.raises(errors.SessionFileNotFoundError, match="the program 'no-such-program'"):
        await run(session, "no-such-program")
    with pytest.raises(errors.SessionPermissionError, match=r"the program './unreadable'"):
        await run(session, "./unreadable")
    with pytest.raises(errors.SessionCannotExecuteError):
        await run(session, "./text")
    with pytest.raises(errors.SessionFileNotFoundError, match="the working directory '/nowhere'"):
        await run(session, "true", cwd="/nowhere")
    with pytest.raises(errors.SessionPermissionError, match="the working directory '/root'"):
        await run(session, "true", cwd="/root", user="sandbox")
    for nobody in ("nobody-knows", "70000", "0:nobody-knows", "-1", "4294967295"):
        with pytest.raises(errors.SessionUserNotFoundError):
            await run(session, "true", user=nobody)


async def test_files_are_written_and_read(session: Session) -> None:
    content = bytes(range(256)) * 4096
    await session.write_file("a/deep/folder/file.bin", content, None, 0o640)
    assert await session.read_file("/workspace/a/deep/folder/file.bin", None, len(content)) == content
    assert await text(session, "stat -c '%a %u' a/deep/folder/file.bin") == "640 0\n"
    await session.write_file("a/deep/folder/file.bin", b"", None, None)
    assert await session.read_file("a/deep/folder/file.bin", None, 10) == b""
    assert await text(session, "stat -c %a a/deep/folder/file.bin") == "640\n"
    await session.write_file("/home/sandbox/mine", b"x", "sandbox", None)
    assert await text(session, "stat -c %U /home/sandbox/mine") == "sandbox\n"
    assert b"MemTotal" in await session.read_file("/proc/meminfo", None, MIB)


async def test_a_large_file_comes_back_whole(session: Session) -> None:
    content = b"0123456789abcdef" * (2 * MIB)
    await session.write_file("large", content, None, None)
    assert await session.read_file("large", None, len(content)) == content
    with pytest.raises(errors.SessionTooLargeError, match="at most 100 were"):
        await session.read_file("large", None, 100)


async def test_what_is_wrong_with_a_file_has_a_type(session: Session) -> None:
    await sh(session, "mkdir folder; mkfifo pipe; ln -s nowhere dangling; ln -s loop loop; touch file")
    read = session.read_file
    with pytest.raises(errors.SessionFileNotFoundError, match="reading 'nothing'"):
        await read("nothing", None, 10)
    with pytest.raises(errors.SessionFileNotFoundError):
        await read("dangling", None, 10)
    with pytest.raises(errors.SessionIsADirectoryError):
        await read("folder", None, 10)
    with pytest.raises(errors.SessionIsADirectoryError):
        await session.write_file("folder", b"", None, None)
    for odd in ("pipe", "/dev/null", "file/below"):
        with pytest.raises(errors.SessionNotAFileError):
            await read(odd, None, 10)
    with pytest.raises(errors.SessionNotAFileError):
        await session.write_file("pipe", b"", None, None)
    with pytest.raises(errors.SessionRequestFailedError, match="symbolic links"):
        await read("loop", None, 10)
    with pytest.raises(errors.SessionTooLargeError):
        await read("n" * 300, None, 10)
    with pytest.raises(errors.SessionPermissionError):
        await read("/etc/shadow", "sandbox", 10)
    with pytest.raises(errors.SessionPermissionError):
        await session.write_file("/etc/motd", b"", "sandbox", None)
    with pytest.raises(errors.SessionPermissionError):
        await session.write_file("/usr/bin/true", b"", None, None)
    with pytest.raises(errors.SessionDiskFullError):
        await session.write_file("too-large", bytes(300 * MIB), None, None)


async def test_a_full_disk_keeps_what_was_there(sandboxes: Sandboxes) -> None:
    session = await sandboxes.open_session(SessionSpec(limits=SessionLimits(disk_bytes=2 * MIB)))
    try:
        await session.write_file("kept", b"kept", None, None)
        for name in ("kept", "other"):
            with pytest.raises(errors.SessionDiskFullError):
                await session.write_file(name, bytes(3 * MIB), None, None)
        assert await session.read_file("kept", None, 10) == b"kept"
        assert await text(session, "ls") == "kept\n"
        usage = await session.usage()
        assert 0 < usage.disk_bytes < MIB
    finally:
        await session.end(EndReason.DESTROYED, "the test is over")


async def test_usage_says_what_it_uses(session: Session) -> None:
    before = await session.usage()
    await sh(
        session, "head -c 5000000 /dev/zero > file; sleep 60 & i=0; while [ $i -lt 99999 ]; do i=$((i+1)); done"
    )
    after = await session.usage()
    assert after.disk_bytes - before.disk_bytes >= 5_000_000
    assert after.memory_bytes >= 4_000_000  # the file is in memory; what was there before it may have gone
    assert after.peak_memory_bytes >= after.memory_bytes
    assert after.cpu_seconds > before.cpu_seconds
    assert (before.processes, after.processes, after.execs) == (0, 1, 0)
    assert after.wall_seconds > before.wall_seconds


async def test_a_program_without_enough_memory_is_killed_and_the_session_stays(session: Session) -> None:
    finished = await run(session, "python3", "-c", "x = bytearray(1 << 30)")
    assert (finished.outcome, finished.signal) == (Outcome.MEMORY_EXCEEDED, "SIGKILL")
    assert await text(session, "echo alive") == "alive\n"


async def test_sessions_share_nothing(sandboxes: Sandboxes, session: Session) -> None:
    other = await sandboxes.open_session(SessionSpec())
    try:
        await sh(session, "echo secret > /tmp/secret; sleep 66 &")
        assert await text(other, "ls /tmp; ps -eo args | grep -c '[s]leep 66' || true") == "0\n"
    finally:
        await other.end(EndReason.DESTROYED, "the test is over")


async def test_an_ended_session_says_so(sandboxes: Sandboxes) -> None:
    session = await sandboxes.open_session(SessionSpec())
    running = asyncio.create_task(sh(session, "sleep 60"))
    await asyncio.sleep(0.1)
    await session.end(EndReason.DESTROYED, "as it was asked to")
    for request in (
        running,
        sh(session, "true"),
        session.read_file("file", None, 1),
        session.write_file("file", b"", None, None),
        session.usage(),
    ):
        with pytest.raises(errors.SessionEndedError, match="as it was asked to"):
            await request
    await session.end(EndReason.IDLE, "a second reason")
    assert session.ended.result() == (EndReason.DESTROYED, "as it was asked to")


async def test_many_sessions_stand_at_once(sandboxes: Sandboxes) -> None:
    many = 100 if sandboxes.driver.engine == "namespaces" else 10
    opened = [await sandboxes.open_session(SessionSpec()) for _ in range(many)]
    try:
        said = await asyncio.gather(*(text(one, f"echo {number}") for number, one in enumerate(opened)))
        assert said == [f"{number}\n" for number in range(many)]
    finally:
        await asyncio.gather(*(one.end(EndReason.DESTROYED, "the test is over") for one in opened))
