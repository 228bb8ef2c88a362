"""What a hostile program in a session tries against those who ask things of it, as root inside where that helps."""

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain import errors
from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Promise
from crucible.domain.session import EndReason, ExecFinished, ExecOutput, ExecSpec, SessionLimits, SessionSpec
from crucible.sandbox.driver import Session
from crucible.sandbox.sessions import session as sessions
from tests.sandbox.fixtures import ON_THE_HOSTS_KERNEL, Sandboxes, on_engine
from tests.waiting import until

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left", "sessions_possible"),
    on_engine(*ON_THE_HOSTS_KERNEL),
]

LIMITS = SessionLimits(processes=64, disk_bytes=16 * MIB, memory_bytes=256 * MIB)
OUTPUTS = 80
SESSION_ERRORS = (
    errors.SessionFileNotFoundError,
    errors.SessionInterruptedError,
    errors.SessionIsADirectoryError,
    errors.SessionNotAFileError,
    errors.SessionPermissionError,
    errors.SessionRequestFailedError,
    errors.SessionTooLargeError,
    errors.SessionBusyError,
)


@pytest_asyncio.fixture(loop_scope="session")
async def session(sandboxes: Sandboxes, nothing_left: None) -> AsyncIterator[Session]:  # noqa: ARG001 - looks last
    session = await sandboxes.open_session(SessionSpec(limits=LIMITS))
    yield session
    await session.end(EndReason.DESTROYED, "the test is over")


async def run(session: Session, *argv: str, **spec: object) -> ExecFinished:
    return await session.exec(ExecSpec(argv=argv, **spec), None)  # type: ignore[arg-type]


async def sh(session: Session, script: str, **spec: object) -> ExecFinished:
    return await run(session, "/bin/sh", "-c", script, **spec)


async def python(session: Session, script: str, **spec: object) -> ExecFinished:
    return await run(session, "python3", "-c", script, **spec)


async def works(session: Session) -> bool:
    return (await sh(session, "echo works")).stdout == b"works\n"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A secret of the host, which anybody there may read."""
    path = tmp_path / "canary"
    path.write_bytes(b"the secret of the host")
    path.chmod(0o644)
    for folder in path.parents:
        if folder.stat().st_uid == os.geteuid() and folder not in {Path("/"), Path("/tmp")}:
            folder.chmod(folder.stat().st_mode | 0o055)
    return path


async def test_a_link_that_is_swapped_leads_to_no_file_of_the_host(session: Session, canary: Path) -> None:
    """The most repeated escape: a supervisor follows a link that changes after it was looked at."""
    swap = f"""
import os, itertools
targets = ['{canary}', '/proc/1/root{canary}', '/../../../..{canary}', '/proc/self/root', '/etc/shadow']
for number in itertools.count():
    for name in ('file', 'folder'):
        os.symlink(targets[number % 5] if name == 'file' else '/proc/1/root', '.' + name)
        os.replace('.' + name, name)
        os.unlink(name)
    with open('.file', 'w') as file:
        file.write('mine')
    os.replace('.file', 'file')
    os.mkdir('folder'); os.rmdir('folder')
"""
    racing = asyncio.create_task(python(session, swap, timeout_seconds=30))
    seen = set()
    for _ in range(60):
        for path in ("file", f"folder{canary}"):
            try:
                seen.add(await session.read_file(path, None, 1000))
            except SESSION_ERRORS as error:
                seen.add(type(error).__name__)
    racing.cancel()
    await asyncio.gather(racing, return_exceptions=True)
    assert b"mine" in seen
    assert not [content for content in seen if isinstance(content, bytes) and b"secret of the host" in content]


async def test_a_link_that_is_swapped_has_nothing_written_outside(session: Session, canary: Path) -> None:
    swap = f"""
import os, itertools
for number in itertools.count():
    os.symlink(['{canary}', '/usr/bin/env', '/proc/1/root{canary}'][number % 3], '.file')
    os.replace('.file', 'file')
"""
    before = Path("/usr/bin/env").stat()
    racing = asyncio.create_task(python(session, swap, timeout_seconds=30))
    for _ in range(40):
        try:
            await session.write_file("file", b"overwritten", None, 0o777)
        except SESSION_ERRORS:
            continue
    racing.cancel()
    await asyncio.gather(racing, return_exceptions=True)
    assert canary.read_bytes() == b"the secret of the host"
    after = Path("/usr/bin/env").stat()
    assert (after.st_mode, after.st_size, after.st_mtime_ns) == (
        before.st_mode,
        before.st_size,
        before.st_mtime_ns,
    )


@pytest.mark.parametrize(
    "path",
    ["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/3", "/proc/1/fd/5", "/proc/1/root/etc/passwd", "/proc/1/mem",
     "/proc/self/exe", "/proc/self/cwd/file", "/dev/fd/3", "/dev/stdout",
     pytest.param("/proc/1/environ", marks=pytest.mark.promise(Promise.PROCESS_1_HIDDEN))],
)  # fmt: skip
async def test_what_process_1_and_its_children_hold_open_cannot_be_read(session: Session, path: str) -> None:
    with pytest.raises(SESSION_ERRORS):
        await session.read_file(path, None, 1000)


async def test_a_pipe_or_a_device_does_not_hold_a_reader_up(session: Session) -> None:
    await sh(session, "mkfifo pipe; ln -s /dev/zero zero; ln -s pipe link")
    began = time.monotonic()
    for path in ("pipe", "zero", "link"):
        with pytest.raises(errors.SessionNotAFileError):
            await session.read_file(path, None, 1000)
        with pytest.raises(errors.SessionNotAFileError):
            await session.write_file(path, b"x", None, None)
    assert time.monotonic() - began < 10


async def test_a_file_that_grows_is_read_no_further_than_was_asked(session: Session) -> None:
    await sh(session, "touch log; (while true; do head -c 65536 /dev/zero >> log || : > log; done) &")
    for _ in range(20):
        try:
            assert len(await session.read_file("log", None, 100_000)) <= 100_000
        except errors.SessionTooLargeError:
            continue


async def test_root_inside_has_no_power_over_process_1(session: Session, sandboxes: Sandboxes) -> None:
    seen = {
        Promise.PROCESS_1_HIDDEN: "environ maps fd fdinfo ns/user",
        Promise.PRIORITY_FIXED: "priority affinity",
    }
    tried = await python(
        session,
        """
import ctypes, os, resource, signal
def attempt(name, action):
    try:
        action()
        print(name, 'WORKED')
    except OSError:
        pass
for number in range(1, 65):
    try:
        os.kill(1, number)  # on Linux it may, and that does nothing
    except PermissionError:
        pass
for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    attempt(f'limit {limit}', lambda: resource.prlimit(1, limit, (1, 1)))
for name in ('mem', 'environ', 'maps', 'fd', 'root', 'cwd', 'exe', 'task/1/mem', 'fdinfo', 'ns/user'):
    attempt(name, lambda: (os.listdir if name.startswith('fd') else os.readlink if name in ('root', 'cwd', 'exe', 'ns/user')
            else lambda path: open(path, 'rb').read(1))(f'/proc/1/{name}'))
attempt('affinity', lambda: os.sched_setaffinity(1, {0}))
attempt('priority', lambda: os.setpriority(os.PRIO_PROCESS, 1, 5))
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), 'refused')
attempt('ptrace attach', lambda: call(101, 16, 1, 0, 0))
attempt('ptrace seize', lambda: call(101, 0x4206, 1, 0, 0))
attempt('process_vm_readv', lambda: call(310, 1, 0, 0, 0, 0, 0))
attempt('pidfd_getfd', lambda: call(438, os.pidfd_open(1), 3, 0))
print('tried')
""",
    )
    shown = " ".join(seen[promise] for promise in sandboxes.driver.report().unpromised if promise in seen)
    assert set(tried.stdout.decode().split("\n")) == {*(f"{name} WORKED" for name in shown.split()), "tried", ""}
    assert await works(session)
    killed = await sh(session, "kill -KILL 1; kill -STOP 1; kill -KILL -1; echo still here")
    assert killed.outcome in {Outcome.SUCCEEDED, Outcome.KILLED_BY_SIGNAL}
    assert await works(session)


async def test_nobody_inside_can_become_process_1s_user(session: Session, sandboxes: Sandboxes) -> None:
    if Promise.ONLY_ITS_OWN_PROCESSES not in sandboxes.driver.report().unpromised:
        assert (await sh(session, "cat /proc/1/status")).exit_code == 1, "it should not even be seen"
    tried = await python(
        session,
        """
import os, resource
became = 0
for uid in (*range(65530, 65540), 2**31 - 1, 2**32 - 2):
    if os.fork() == 0:
        try:
            os.setresuid(uid, uid, uid)
            resource.prlimit(1, resource.RLIMIT_NOFILE, (64, 64))
            os.write(1, b'WORKED')
        except (OSError, OverflowError):
            pass
        os._exit(0)
    os.wait()
""",
    )
    assert (tried.outcome, tried.stdout) == (Outcome.SUCCEEDED, b"")


async def test_a_result_cannot_be_forged(session: Session) -> None:
    """Whatever it writes to whichever descriptor: the kernel says how it ended."""
    forged = await python(
        session,
        r"""
import os
lie = b'{"kind": "ended", "number": 1, "code": 0, "signal": null, "done": true}'
for descriptor in range(3, 64):
    try:
        os.write(descriptor, lie)
    except OSError:
        pass
for pid in filter(str.isdigit, os.listdir('/proc')):
    for descriptor in range(64):
        try:
            os.write(os.open(f'/proc/{pid}/fd/{descriptor}', os.O_WRONLY | os.O_NONBLOCK), lie)
        except OSError:
            pass
os._exit(42)
""",
    )
    assert (forged.outcome, forged.exit_code) == (Outcome.NONZERO_EXIT, 42)


async def test_nobody_changes_an_order_or_says_what_came_of_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In gVisor's /proc root inside sees what a process holds that was forked for an order and is no program yet.

    It may write where that will write, to its output and its errors, and nowhere else.
    """
    monkeypatch.setattr(sessions, "_FILE_SECONDS", 0.5)
    liar = """
import os, signal
def attempt(action, *arguments):
    try:
        return action(*arguments)
    except OSError:
        return None
own, written = os.getpid(), set()
print('lying', flush=True)
while True:
    for number in range(own + 1, own + 60):
        attempt(os.kill, number, signal.SIGSTOP)
        for name in attempt(os.listdir, f'/proc/{number}/fd') or ():
            path = f'/proc/{number}/fd/{name}'
            link = attempt(os.readlink, path) or '/'
            if link.startswith(('host:', '/memfd:', 'pipe:', 'socket:')):
                descriptor = attempt(os.open, path, os.O_WRONLY | os.O_NONBLOCK)
                if descriptor is not None:
                    if attempt(os.write, descriptor, b'{"done": true}') and (number, link) not in written:
                        written.add((number, link))
                        print(number, link, flush=True)
                    os.close(descriptor)
        attempt(os.kill, number, signal.SIGCONT)
"""
    said = bytearray()
    begun = asyncio.Event()

    async def hear(output: ExecOutput) -> None:
        said.extend(output.data)
        begun.set()

    spec = ExecSpec(argv=("python3", "-c", liar), stream=True, timeout_seconds=60)
    lying = asyncio.create_task(session.exec(spec, hear))
    await begun.wait()
    for _ in range(5):
        with contextlib.suppress(errors.SessionInterruptedError):
            await session.write_file("file", b"content", None, None)
    lying.cancel()
    await asyncio.gather(lying, return_exceptions=True)
    begin, *written = bytes(said).splitlines()
    assert begin == b"lying"
    assert max(Counter(line.split()[0] for line in written).values(), default=0) <= len(("output", "errors"))
    assert await works(session)


async def test_a_timeout_is_survived_by_nothing(session: Session) -> None:
    survivor = """
import os, signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
print('begun', flush=True)
def fork():
    try:
        return os.fork()
    except OSError:
        return -1
while True:
    if fork() == 0:
        os.setsid()
        if fork() == 0:
            os.setresuid(1000, 1000, 1000) if os.getpid() % 2 else None
            while True:
                time.sleep(0.01)
                if fork() > 0:
                    os._exit(0)
        os._exit(0)
    time.sleep(0.02)
"""
    await sh(session, "sleep 71 > /dev/null &")
    ended = await python(session, survivor, timeout_seconds=1.0)
    assert (ended.outcome, ended.stdout) == (Outcome.TIMED_OUT, b"begun\n")
    left = await sh(session, "ps -N -p 1 -o args --no-headers")
    assert sorted(left.stdout.split(b"\n"))[1:] == [
        b"/bin/sh -c ps -N -p 1 -o args --no-headers",
        b"ps -N -p 1 -o args --no-headers",
        b"sleep 71",
    ]


async def test_a_fork_bomb_leaves_the_session_able_to_answer(session: Session) -> None:
    code = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"
    bomb = asyncio.create_task(python(session, code, timeout_seconds=4))

    async def spent() -> bool:
        return (await session.usage()).processes >= 60

    await until(spent)
    with pytest.raises(errors.SessionBusyError, match="starting a process"):
        await asyncio.gather(*(sh(session, "true") for _ in range(10)))
    ended = await bomb
    assert ended.outcome is Outcome.TIMED_OUT
    assert await works(session)

    async def gone() -> bool:
        return (await session.usage()).processes == 0  # who is dead is counted for a moment yet

    await until(gone)


async def test_who_fills_the_disk_or_its_inodes_hits_an_error(session: Session) -> None:
    filled = await sh(session, "head -c 100M /dev/zero > big; ls -s big | cut -d' ' -f1; rm big; df / | tail -1")
    assert b"No space left" in filled.stderr or b"File too large" in filled.stderr
    many = await python(
        session,
        "import os\ntry:\n  for n in range(10**6): os.mkdir(str(n))\nexcept OSError as error: print(error.strerror, n)",
    )
    assert many.stdout.startswith(b"No space left on device")
    with pytest.raises(errors.SessionDiskFullError):
        await session.write_file("/tmp/one-more", b"x", None, None)
    await sh(session, "rm -rf /workspace/*")
    await session.write_file("/tmp/one-more", b"x", None, None)
    assert (await session.usage()).disk_bytes < 16 * MIB


async def test_a_flood_of_output_holds_nobody_else_up(session: Session, sandboxes: Sandboxes) -> None:
    neighbour = await sandboxes.open_session(SessionSpec())
    try:
        flood = asyncio.create_task(sh(session, "yes & yes >&2", timeout_seconds=3))
        await asyncio.sleep(0.5)
        slowest = 0.0
        for _ in range(10):
            began = time.monotonic()
            assert await works(neighbour)
            slowest = max(slowest, time.monotonic() - began)
        ended = await flood
        assert ended.outcome is Outcome.TIMED_OUT
        assert len(ended.stdout) == len(ended.stderr) == 10 * MIB
        assert ended.stdout_bytes > 10 * MIB
        assert slowest < 3
    finally:
        await neighbour.end(EndReason.DESTROYED, "the test is over")


async def test_what_works_on_a_file_may_be_killed_and_is_never_believed_then(session: Session) -> None:
    await session.write_file("file", b"x" * MIB, None, None)
    killer = asyncio.create_task(
        python(
            session,
            "import os, signal\nwhile True:\n  try: os.kill(-1, signal.SIGKILL)\n  except OSError: pass",
            timeout_seconds=3,
        )
    )
    answers = []
    for _ in range(40):
        try:
            answers.append(len(await session.read_file("file", None, 2 * MIB)))
        except SESSION_ERRORS as error:
            answers.append(type(error).__name__)  # type: ignore[arg-type]
    assert set(answers) <= {MIB, "SessionInterruptedError"}
    ended = await killer
    assert ended.outcome is Outcome.TIMED_OUT
    assert await works(session)


async def test_a_process_that_is_stopped_before_it_is_in_its_group_is_killed_all_the_same(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root inside needs not to see the processes that process 1 makes: their numbers follow one another."""
    monkeypatch.setattr(sessions, "_FILE_SECONDS", 0.5)
    await session.write_file("file", b"kept", None, None)
    stopper = """
import os, signal, time
end, own = time.monotonic() + 3, os.getpid()
while time.monotonic() < end:
    for number in range(own + 1, own + 60):
        try:
            os.kill(number, signal.SIGSTOP)
        except OSError:
            pass
"""
    stopping = asyncio.create_task(python(session, stopper, timeout_seconds=30))
    await asyncio.sleep(0.5)
    for _ in range(5):
        with contextlib.suppress(errors.SessionInterruptedError):
            assert await session.read_file("file", None, 100) == b"kept"
    assert (await stopping).outcome is Outcome.SUCCEEDED
    assert await works(session)


async def test_what_works_on_a_file_may_be_held_up_and_is_given_up_then(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_FILE_SECONDS", 0.5)
    await session.write_file("file", b"x" * MIB, None, None)
    stopper = """
import os, signal
own = os.getpid()
while True:
    for pid in filter(str.isdigit, os.listdir('/proc')):
        if int(pid) not in (1, own):
            try:
                os.kill(int(pid), signal.SIGSTOP)
            except OSError:
                pass
"""
    stopping = asyncio.create_task(python(session, stopper, timeout_seconds=4))
    seen = set()
    for _ in range(5):
        try:
            seen.add(len(await session.read_file("file", None, 2 * MIB)))
        except errors.SessionInterruptedError:
            seen.add(-1)
    assert seen <= {MIB, -1}
    await stopping
    assert await works(session)


@pytest.mark.parametrize(
    "setting",
    ["rm /etc/passwd; mkfifo /etc/passwd", "rm /etc/passwd; ln -s /dev/zero /etc/passwd", "rm /etc/passwd",
     "rm /etc/passwd; mkdir /etc/passwd", "head -c 8000000 /dev/urandom > /etc/passwd",
     "echo 'root:x:4294967295:4294967295::/:/bin/sh' > /etc/passwd", "yes ':::::::' | head -c 4000000 > /etc/passwd",
     "rm /etc/passwd; ln -s /proc/self/fd/0 /etc/passwd"],
)  # fmt: skip
async def test_a_hostile_table_of_users_does_no_more_than_hide_them(session: Session, setting: str) -> None:
    await sh(session, setting)
    with pytest.raises((errors.SessionUserNotFoundError, *SESSION_ERRORS)):
        await run(session, "true", user="sandbox")
    assert (await run(session, "id", "-u", user="0:0")).stdout == b"0\n"


async def test_root_inside_reaches_no_more_of_the_kernel_than_others(session: Session) -> None:
    tried = await python(
        session,
        """
import ctypes, os, socket, stat
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, action):
    try:
        action()
        print(name, 'WORKED')
    except OSError:
        pass
def write(path, text):
    with open(path, 'w') as file:
        if stat.S_ISCHR(os.fstat(file.fileno()).st_mode):
            raise OSError('the null device, with which some engines cover what they mask')
        file.write(text)
def call(number, *arguments):
    if libc.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), 'refused')
attempt('mount', lambda: call(165, b'none', b'/mnt', b'tmpfs', 0, None))
attempt('umount', lambda: call(166, b'/usr', 2))
attempt('unshare user', lambda: call(272, 0x10000000))
attempt('setns', lambda: call(308, 0, 0))
attempt('pivot_root', lambda: call(155, b'/', b'/mnt'))
attempt('chroot', lambda: os.chroot('/tmp'))
attempt('mknod', lambda: os.mknod('/tmp/disk', 0o60666, os.makedev(8, 0)))
attempt('sethostname', lambda: socket.sethostname('mine'))
attempt('bpf', lambda: call(321, 0, 0, 0))
attempt('keyctl', lambda: call(250, 0, -3, 1))
attempt('remount', lambda: call(165, b'none', b'/', None, 0x20, None))
attempt('inet', lambda: socket.socket().bind(('0.0.0.0', 0)))
attempt('packet', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt('netlink', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt('write /usr', lambda: open('/usr/bin/evil', 'w'))
attempt('chmod /usr', lambda: os.chmod('/usr/bin/env', 0o777))
attempt('device', lambda: open('/dev/kmsg', 'w'))
attempt('sysrq', lambda: write('/proc/sysrq-trigger', 'b'))
attempt('core pattern', lambda: write('/proc/sys/kernel/core_pattern', '|/x'))
attempt('cgroups', lambda: os.listdir('/sys/fs/cgroup'))
attempt('lower oom', lambda: open('/proc/self/oom_score_adj', 'w').write('-1000'))
attempt('setuid outside', lambda: os.setresuid(70000, 70000, 70000))
print('tried')
""",
    )
    assert tried.stdout == b"tried\n", tried


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_outputs_that_one_process_gathers_do_not_use_up_the_executors_descriptors(session: Session) -> None:
    gather = """
import os, socket
listener = socket.socket(socket.AF_UNIX)
listener.bind("/tmp/gather")
listener.listen(64)
kept = []
if os.fork() == 0:
    for stream in range(3):
        os.dup2(os.open("/dev/null", os.O_RDWR), stream)
    while True:
        kept.append(socket.recv_fds(listener.accept()[0], 1, 2))  # and so its connection ends
"""
    give = """
import socket
to = socket.socket(socket.AF_UNIX)
to.connect("/tmp/gather")
socket.send_fds(to, [b"x"], [1, 2])
to.recv(1)
"""
    assert (await python(session, gather)).outcome is Outcome.SUCCEEDED
    before = open_descriptors()
    for _ in range(OUTPUTS):
        await asyncio.wait_for(python(session, give, timeout_seconds=5.0), 60)
    assert open_descriptors() - before < OUTPUTS
    assert await works(session)
