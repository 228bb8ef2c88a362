"""An exec's output at the executor: its end is kept, a reader gets all of it, a flood costs little.

Past what anybody keeps, output is read at a bounded rate: the program waits, its neighbours don't.
"""

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from collections import deque
from typing import Final

from crucible.domain.limits import MIB
from crucible.domain.sandbox import StreamName
from crucible.domain.session import ExecOutput
from crucible.sandbox.driver import EmitOutput

PIPE_BYTES: Final = 256 * 1024
_COUNT: Final = struct.Struct("i")
_UNHURRIED_BYTES = 24 * MIB
"""How much a stream may carry before it is slowed down."""
_BYTES_PER_SECOND = 64 * MIB
"""How fast a stream is read from then on."""
_LITTLE_BYTES: Final = 4096
_LITTLE_SECONDS: Final = 0.01
"""After less than that, so long is waited for more: one byte a write must not become one event a byte."""
_BLOCK_BYTES: Final = 64 * 1024
_MOST_LEFT_OVER: Final = 64
"""As many pipes of execs that ended a session may have: one process can gather those of any number of execs."""
_LEFT_OVER_SECONDS = 0.05
"""The pause between two reads of what background processes write after their exec ended."""


class Tail:
    """The last bytes of a stream."""

    def __init__(self, most: int) -> None:
        self.total = 0
        self._most = most
        self._kept: deque[bytearray] = deque()
        """In blocks: an object for each two bytes that come would take many times as much memory as they do."""
        self._length = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self.total += len(data)
        if not self._kept or len(self._kept[-1]) >= _BLOCK_BYTES:
            self._kept.append(bytearray())
        self._kept[-1] += data
        self._length += len(data)
        while self._length - len(self._kept[0]) >= self._most:
            self._length -= len(self._kept.popleft())

    def bytes(self) -> bytes:
        """Return what is kept."""
        return b"".join(self._kept)[-self._most :]


class Stream:
    """One of an exec's two output streams: make it, `run` it, `end` it when the program has ended."""

    def __init__(self, name: StreamName, keep: int, emit: EmitOutput | None) -> None:
        self.tail = Tail(keep)
        self._name = name
        self._emit = emit
        self._ended = asyncio.Event()
        self._something = asyncio.Event()
        """Set when there may be something to read, or the program ended."""
        self._reading, self.writing = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._reading, False)
        with contextlib.suppress(OSError):  # where pipes are scarce a small one must do
            fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    async def run(self) -> None:
        """Read until nobody can write any more, or until `end`; then what is in the pipe, and no more."""
        try:
            while await self._readable():
                if not (data := self._read()):
                    return
                await self._take(data)
                if (pause := self._pause_after(data)) and not self._ended.is_set():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._ended.wait()
            left = self._waiting()
            while left > 0 and (data := self._read()):
                left -= len(data)
                await self._take(data)
        except BaseException:
            self.close()
            raise

    def end(self) -> None:
        """Say that the program ended: what others write from now on is not its output."""
        self._ended.set()
        self._something.set()

    def leave_to(self, leftovers: "Leftovers") -> None:
        """Let processes that still write go on writing, and be done with it."""
        if self._reading >= 0:
            leftovers.take(self._reading)
            self._reading = -1

    def abandon(self) -> None:
        """Close both ends of a stream that nothing will be written to."""
        os.close(self.writing)
        self.close()

    def close(self) -> None:
        """Close our end."""
        if self._reading >= 0:
            os.close(self._reading)
            self._reading = -1

    async def _take(self, data: bytes) -> None:
        self.tail.add(data)
        if self._emit is not None:
            await self._emit(ExecOutput(stream=self._name, data=data))

    def _read(self) -> bytes | None:
        """Return what is there; empty at the end of all, None where there is nothing yet."""
        try:
            data = os.read(self._reading, PIPE_BYTES)
        except BlockingIOError:
            return None
        if not data:
            self.close()
        return data

    def _pause_after(self, data: bytes) -> float:
        """Return for how many seconds not to read again: a flood is slowed down, and few bytes wait for more."""
        if len(data) < _LITTLE_BYTES:
            return _LITTLE_SECONDS
        return len(data) / _BYTES_PER_SECOND if self.tail.total > _UNHURRIED_BYTES else 0.0

    def _waiting(self) -> int:
        """Return how many bytes are in the pipe, which a program can have made larger; none where it is closed."""
        if self._reading < 0:
            return 0
        (size,) = _COUNT.unpack(fcntl.ioctl(self._reading, termios.FIONREAD, bytes(_COUNT.size)))
        return int(size)

    async def _readable(self) -> bool:
        """Wait for something to read; False once the program has ended."""
        if self._ended.is_set():
            return False
        loop = asyncio.get_running_loop()
        self._something.clear()
        loop.add_reader(self._reading, self._something.set)
        try:
            await self._something.wait()
        finally:
            loop.remove_reader(self._reading)
        return not self._ended.is_set()


class Leftovers:
    """Pipes into which background processes of an exec that ended still write. Nobody keeps what they say."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        """The oldest first."""
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def take(self, descriptor: int) -> None:
        """Read it now and then, until nobody writes, or until there are too many that came after it."""
        self._open[descriptor] = None
        self._read(descriptor)
        if len(self._open) > _MOST_LEFT_OVER:
            self._let_go(next(iter(self._open)))

    def close(self) -> None:
        """Let go of all."""
        for descriptor in list(self._open):
            self._let_go(descriptor)

    def _let_go(self, descriptor: int) -> None:
        if timer := self._timers.pop(descriptor, None):
            timer.cancel()
        asyncio.get_running_loop().remove_reader(descriptor)
        del self._open[descriptor]
        os.close(descriptor)

    def _read(self, descriptor: int) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(descriptor)
        self._timers.pop(descriptor, None)
        try:
            ended = not os.read(descriptor, PIPE_BYTES)
        except BlockingIOError:
            loop.add_reader(descriptor, self._read, descriptor)
            return
        if ended:
            self._let_go(descriptor)
        else:
            self._timers[descriptor] = loop.call_later(_LEFT_OVER_SECONDS, self._read, descriptor)
