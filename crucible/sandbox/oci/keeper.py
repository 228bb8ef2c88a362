"""The processes beside a container: one that holds everything together, and in its hands all that a tool starts.

The *stage* stands outside and waits, so that the executor reads the end of the report channel only when all of it
is gone. The *keeper* is process 1 of a PID namespace of its own: it mounts, calls the tool, adopts what the tool
leaves running, and changes the size of the disk when there is a program. Where either dies, the kernel kills the
rest.
"""

import contextlib
import errno
import json
import os
import select
import signal
import socket
import sys

from crucible.sandbox import capabilities, counted, devices, kernel, report, root
from crucible.sandbox.in_child import failure_of
from crucible.sandbox.oci import bundle
from crucible.sandbox.oci.place import BUNDLE, DEVICES, LOG, PROCESS_1, ROOT, SCRATCH, STATE, Place, read_place
from crucible.sandbox.plan import WORKSPACE, WRITABLE

RESIZED = b"!"
"""The keeper's answer to a size."""
_UNTRUSTED = kernel.MS_NOSUID | kernel.MS_NODEV
_RUN_BYTES = 16 * 1024 * 1024
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/run",
    "XDG_RUNTIME_DIR": "/run",
    "TMPDIR": "/run",
}
_LONGEST_REASON = 1000
_DEVICES = (*devices.NAMES, "tty")
"""Those that the tools show."""


def run(descriptors: list[int], launcher: int) -> None:
    """Be the stage of one sandbox and exit. `descriptors`: place, report channel, orders, the output streams."""
    memory, control, orders, stdout, stderr = descriptors
    channel = socket.socket(fileno=control)
    try:
        _stand(memory, channel, socket.socket(fileno=orders), (stdout, stderr), launcher)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        _report_broken(channel, error)
    finally:
        sys.stdout = sys.stderr = None
        os._exit(0)


def _stand(
    memory: int, channel: socket.socket, orders: socket.socket, streams: tuple[int, int], launcher: int
) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != launcher:
        return  # the launcher died before the line above could tell
    report.send(channel, report.HELLO, {"pid": os.getpid()})
    if channel.recv(1) != report.GO:
        return
    place = read_place(memory)
    for path in place.anterooms:
        _join(path)
    kernel.unshare(kernel.CLONE_NEWPID | kernel.CLONE_NEWNS)
    child = os.fork()
    if child == 0:
        try:
            kernel.die_with_parent(signal.SIGKILL)
            _keep(place, channel, orders, streams)
        except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
            _report_broken(channel, error)
        finally:
            os._exit(0)
    orders.close()
    for descriptor in streams:
        os.close(descriptor)
    capabilities.keep_only(0)
    os.waitpid(child, 0)


def _keep(place: Place, channel: socket.socket, orders: socket.socket, streams: tuple[int, int]) -> None:
    """Make the container, and live as long as it does."""
    wakeup = _wake_on_children()
    _mount(place)
    with open(f"{BUNDLE}/config.json", "w") as file:
        json.dump(place.config, file)
    tool = os.fork()
    if tool == 0:
        _become_tool(place, channel, streams)
    _, status = os.waitpid(tool, 0)
    if status:
        raise OSError(f"{os.path.basename(place.command[0])} made no container: {_reason(status)}")
    channel.close()
    for descriptor in streams:
        os.close(descriptor)
    if not place.own_kernel:
        _bound_what_is_counted()
    _wait(orders, wakeup)


def _mount(place: Place) -> None:
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", "proc", _UNTRUSTED | kernel.MS_NOEXEC)
    for path in place.hidden:
        _hide(path)
    kernel.mount("run", "/run", "tmpfs", _UNTRUSTED, f"size={_RUN_BYTES},mode=755")
    for folder in (BUNDLE, ROOT, SCRATCH, STATE):
        os.mkdir(folder)
    if not place.own_kernel:
        _have_devices_of_its_own()
    kernel.mount("root", ROOT, "tmpfs", _UNTRUSTED, "size=1m,nr_inodes=4096,mode=755")
    root.fill(ROOT, place.tree)
    attributes = kernel.MOUNT_ATTR_RDONLY | kernel.MOUNT_ATTR_NOSUID | kernel.MOUNT_ATTR_NODEV
    kernel.set_mount_attributes(ROOT, attributes, recursive=True)
    # runsc of 2022 can't remount what has flags that it doesn't know of; nothing there needs them.
    if place.own_kernel:
        kernel.set_mount_attributes(
            ROOT, kernel.MOUNT_ATTR_RDONLY, clear=kernel.MOUNT_ATTR_NOSUID | kernel.MOUNT_ATTR_NODEV
        )
    kernel.mount("scratch", SCRATCH, "tmpfs", _UNTRUSTED, "size=64k,nr_inodes=64,mode=755")
    for folder in WRITABLE:
        inner = bundle.scratch(folder)
        os.mkdir(inner)
        os.chown(inner, place.owner, place.owner)
        os.chmod(inner, 0o755 if folder == WORKSPACE else 0o1777)


def _have_devices_of_its_own() -> None:
    """Cover the host's devices, which a tool shows a container that has a user namespace."""
    os.mkdir(DEVICES)
    source = devices.lay_out(DEVICES, _DEVICES)
    for name in _DEVICES if source == DEVICES else ():
        kernel.mount(f"{source}/{name}", f"{devices.HOSTS}/{name}", None, kernel.MS_BIND)


def _hide(path: str) -> None:
    """Have a mount be gone, or covered where an ordinary user's namespace has got it locked from the host's."""
    try:
        kernel.unmount(path)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        kernel.mount("nothing", path, "tmpfs", _UNTRUSTED, "size=4k")


def _become_tool(place: Place, channel: socket.socket, streams: tuple[int, int]) -> None:
    """Become the command that makes the container; what it starts inherits group, channel and streams."""
    try:
        for path in place.entrances:
            _join(path)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        for number, descriptor in enumerate((channel.fileno(), *streams)):
            os.dup2(descriptor, number, inheritable=True)
        kernel.close_descriptors_from(3)
        os.execve(place.command[0], place.command, _ENVIRONMENT)  # noqa: S606 - there is no shell
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        with contextlib.suppress(OSError), open(LOG, "a") as file:
            file.write(f"{type(error).__name__}: {error}")
    finally:
        os._exit(127)


def _wait(orders: socket.socket, wakeup: int) -> None:
    """Reap what the tool left running until none of it is left or the executor lets go."""
    poll = select.poll()
    poll.register(wakeup, select.POLLIN)
    poll.register(orders, select.POLLIN)
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            for descriptor, _ in poll.poll():
                if descriptor == wakeup:
                    os.read(wakeup, 4096)
                    continue
                size = orders.recv(256)
                if not size:
                    return
                _resize(size.decode())
                orders.sendall(RESIZED)
            continue
        return


def _resize(options: str) -> None:
    """Give the program its disk, and the kernel a hint whom to spare when memory is spent."""
    kernel.mount("scratch", SCRATCH, None, kernel.MS_REMOUNT | _UNTRUSTED, options)
    with contextlib.suppress(FileNotFoundError):  # a tool with a kernel of its own notes no process
        with open(PROCESS_1) as file:
            process_1 = int(file.read())
        with open(f"/proc/{process_1}/oom_score_adj", "w") as score:
            score.write("0")


def _bound_what_is_counted() -> None:
    """See `counted`: the tool's user has made the namespaces of all containers."""
    with open(PROCESS_1) as file:
        process_1 = int(file.read())
    if reason := failure_of(lambda: counted.bound_of(process_1)):
        raise OSError(f"what the kernel counts by user can't be bounded: {reason}")


def _wake_on_children() -> int:
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _join(path: str) -> None:
    with open(path, "w") as file:
        file.write("0")


def _reason(status: int) -> str:
    """Return what the tool said last."""
    ended = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit code {os.WEXITSTATUS(status)}"
    with contextlib.suppress(OSError), open(LOG, errors="replace") as file:
        if lines := [line for line in file.read().splitlines() if line.strip()]:
            return f"{ended}: {lines[-1][-_LONGEST_REASON:]}"
    return ended


def _report_broken(channel: socket.socket, error: BaseException) -> None:
    with contextlib.suppress(OSError):
        report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
