"""Somebody whom attacks must not reach: once as a process of the host, once as a neighbour in a sandbox.

It holds a secret wherever a process can hold one, listens on everything that it can listen on, and takes its small
share of what the kernel counts. Then it says `well` a few times a second, `touched: ...` where anybody came or
changed what is its own, and `starved: ...` where it can't have its share. Arguments: its name, the secret.
"""

import ctypes
import errno
import fcntl
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

BEAT_SECONDS = 0.1
SHARED_BYTES = 4096
_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmat.restype = ctypes.c_void_p


def say(line):
    os.write(1, f"{line}\n".encode())


def key_of(name):
    """Return the System V key that stands for a name; attacks know it, too."""
    return int.from_bytes(name.encode()[-4:], "big") & 0x7FFF_FFFF


class Victim:
    """What it holds, and how it was."""

    def __init__(self, name, secret, folder):
        self.name = name
        self.secret = secret.encode()
        self.files = [folder / "victim", Path("/dev/shm") / name]
        self.listeners = {}
        self.signals = []
        self.holds = []

    def open(self):
        for path in self.files:
            path.write_bytes(self.secret)
            path.chmod(0o666)
        for what, make in (
            ("tcp", lambda: self._stream(socket.AF_INET, ("127.0.0.1", 0))),
            ("udp", lambda: self._datagrams(("127.0.0.1", 0))),
            ("abstract", lambda: self._stream(socket.AF_UNIX, f"\0{self.name}")),
            ("path", lambda: self._stream(socket.AF_UNIX, str(self.files[0]) + ".sock")),
            ("shm", self._shared_memory),
            ("queue", self._message_queue),
            ("lock", self._lock),
        ):
            try:
                made = make()
            except OSError as error:
                if error.errno not in {errno.EACCES, errno.EPERM, errno.ENOSYS, errno.EAFNOSUPPORT}:
                    raise
                continue
            self.listeners[what] = made
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT, signal.SIGCONT):
            signal.signal(number, lambda number, _: self.signals.append(number))
        self.before = self.state()

    def _stream(self, family, address):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(address)
        listener.listen()
        if family == socket.AF_UNIX and not address.startswith("\0"):
            os.chmod(address, 0o666)
        listener.setblocking(False)
        return listener

    def _datagrams(self, address):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(address)
        receiver.setblocking(False)
        return receiver

    def _shared_memory(self):
        identity = _libc.shmget(key_of(self.name), SHARED_BYTES, 0o1666)
        if identity < 0:
            raise OSError(ctypes.get_errno(), "shmget")
        self.shared = _libc.shmat(identity, None, 0)
        ctypes.memmove(self.shared, self.secret, len(self.secret))
        self.shared_identity = identity

    def _message_queue(self):
        queue = _libc.mq_open(f"/{self.name}".encode(), os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, 0o666, None)
        if queue < 0:
            raise OSError(ctypes.get_errno(), "mq_open")
        return queue

    def _lock(self):
        """Hold a lock, as one of many, on a file that everybody has: the C library."""
        lines = Path("/proc/self/maps").read_text().splitlines()
        library = next(line.split()[-1] for line in lines if line.endswith("/libc.so.6"))
        self.locked = os.open(library, os.O_RDONLY)
        fcntl.flock(self.locked, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def state(self):
        """Return what nobody else may change."""
        return {
            "files": [path.read_bytes() if path.exists() else None for path in self.files],
            "priority": os.getpriority(os.PRIO_PROCESS, 0),
            "scheduler": os.sched_getscheduler(0),
            "processors": os.sched_getaffinity(0),
            "limits": [resource.getrlimit(kind) for kind in range(15)],
            "shared memory": ctypes.string_at(self.shared, 64) if "shm" in self.listeners else None,
            "traced": "\nTracerPid:\t0\n" in Path("/proc/self/status").read_text(),
            "host name": os.uname().nodename,
            "working directory": os.getcwd(),
        }

    def look(self):
        for what, listener in self.listeners.items():
            if isinstance(listener, socket.socket) and select.select([listener], [], [], 0)[0]:
                if listener.type == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(64)
                say(f"touched: {what}")
            elif isinstance(listener, int):
                received = _libc.mq_receive(listener, ctypes.create_string_buffer(8192), 8192, None)
                if received >= 0:
                    say("touched: message queue")
        while self.signals:
            say(f"touched: signal {self.signals.pop()}")
        now = self.state()
        for what in now:
            if now[what] != self.before[what]:
                say(f"touched: {what}: {now[what]}, was {self.before[what]}")
        self.before = now

    def take_its_share(self):
        """Ask the kernel for one of each thing that it counts by user."""
        watch = _libc.inotify_init1(os.O_CLOEXEC)
        if watch >= 0:
            os.close(watch)
        elif ctypes.get_errno() == errno.EMFILE:
            say("starved: inotify")
        queue = _libc.mq_open(f"/{self.name}-share".encode(), os.O_CREAT | os.O_RDWR, 0o600, None)
        if queue >= 0:
            os.close(queue)
            _libc.mq_unlink(f"/{self.name}-share".encode())
        elif ctypes.get_errno() in {errno.EMFILE, errno.ENOSPC}:
            say("starved: message queues")
        page = ctypes.create_string_buffer(4096)
        if _libc.mlock(page, 4096) < 0 and ctypes.get_errno() in {errno.ENOMEM, errno.EAGAIN}:
            say("starved: locked memory")
        _libc.munlock(page, 4096)
        timer = ctypes.c_void_p()
        if _libc.timer_create(1, None, ctypes.byref(timer)) < 0:
            if ctypes.get_errno() == errno.EAGAIN:
                say("starved: timers")
        else:
            _libc.timer_delete(timer)
        try:
            for end in os.pipe():
                os.close(end)
        except OSError as error:
            say(f"starved: pipes: {error.strerror}")

    def close(self):
        for path in [*self.files, Path(f"{self.files[0]}.sock")]:
            path.unlink(missing_ok=True)
        if "queue" in self.listeners:
            _libc.mq_unlink(f"/{self.name}".encode())
        if "shm" in self.listeners:
            _libc.shmctl(self.shared_identity, 0, None)


def main():
    name, secret = sys.argv[1:3]
    victim = Victim(name, secret, Path(os.environ.get("VICTIM_FOLDER", tempfile.gettempdir())))
    victim.open()
    try:
        addresses = {
            what: victim.listeners[what].getsockname()[1] for what in ("tcp", "udp") if what in victim.listeners
        }
        say(
            f"holds {os.getpid()} {addresses.get('tcp', 0)} {addresses.get('udp', 0)} {' '.join(victim.listeners)}"
        )
        while True:
            victim.look()
            victim.take_its_share()
            say("well")
            if "VICTIM_FOLDER" not in os.environ:
                time.sleep(BEAT_SECONDS)
            elif select.select([0], [], [], BEAT_SECONDS)[0]:
                break  # on the host: whoever started it has closed its end
    finally:
        victim.close()


if __name__ == "__main__":
    main()
