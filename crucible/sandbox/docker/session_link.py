"""The executor's half of a session's socket that is cut in two: see `session_wire`.

Whoever holds the session has a socket as if process 1 were at its other end, and sends descriptors with each
order. What those of memory hold goes into the container; what comes of its streams is written to those of pipes. A
pipe is kept smaller while its order runs, so that what is on its way at the end fits: the end waits for no reader.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from crucible.sandbox import report
from crucible.sandbox.docker import session_wire as wire
from crucible.sandbox.docker.standing import Container
from crucible.sandbox.sessions import plan
from crucible.sandbox.sessions.streams import PIPE_BYTES
from crucible.sandbox.standing import SandboxBrokenError

_CHUNK_BYTES: Final = 1024 * 1024
_MOST_WAITING_BYTES: Final = 1024 * 1024
_MALFORMED: Final = (ValueError, LookupError, TypeError, struct.error)


class SessionLink:
    """One session's. It ends with the container, or with whoever holds the channel."""

    def __init__(self, container: Container) -> None:
        """Begin to carry messages. Raises OSError."""
        self.channel, self._here = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        """What is process 1's to whoever holds the session, and closes it."""
        self.channel.setblocking(False)
        self._here.setblocking(False)
        self._container = container
        self._orders: dict[int, _Order] = {}
        self._messages = _Outlet(os.dup(self._here.fileno()))
        self._sending = asyncio.Lock()
        """Held for each whole frame."""
        self._passed_on = asyncio.Event()
        """Set when the relay may have something to learn of a stream."""
        ways = (self._carry_in(), self._acknowledge(), self._carry_out())
        self._carrying = [asyncio.create_task(way) for way in ways]

    async def close(self) -> None:
        """Carry no more."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        for outlet in (self._messages, *(outlet for order in self._orders.values() for outlet in order.outlets)):
            outlet.close()
        self._here.close()

    async def _carry_in(self) -> None:
        """Carry what is sent to process 1 into the container, whose input ends when there will be no more."""
        try:
            while True:
                data, descriptors = await self._receive()
                if not data:
                    return
                async with self._sending:
                    await self._send(data, descriptors)
        except OSError:
            pass  # the container is gone, which the other direction learns, with the reason
        finally:
            self._container.close_input()

    async def _receive(self) -> tuple[bytes, list[int]]:
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(
                    self._here, plan.MESSAGE_BYTES, plan.ORDER_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
                )
            except BlockingIOError:
                await _readable(self._here.fileno())
            else:
                return data, descriptors

    async def _send(self, message: bytes, descriptors: list[int]) -> None:
        about = json.loads(message)
        if about["kind"] != plan.Kind.ORDER:
            await self._container.send(report.HEAD.pack(wire.MESSAGE, len(message)) + message)
            return
        number = about["number"]
        if len(descriptors) < plan.ORDER_DESCRIPTORS:  # there is none to spare: as process 1 says it then
            for descriptor in descriptors:
                os.close(descriptor)
            self._messages.put(plan.message(plan.Kind.ENDED, number=number))
            return
        order, stdin, *outputs = descriptors
        self._orders[number] = _Order(outputs, partial(self._look_at, number))
        try:
            sizes = [os.fstat(descriptor).st_size for descriptor in (order, stdin)]
            head = wire.ORDER_HEAD.pack(number, len(message), sizes[0])
            frame = report.HEAD.pack(wire.ORDER, len(head) + len(message) + sum(sizes))
            await self._container.send(frame + head + message)
            for descriptor, size in zip((order, stdin), sizes, strict=True):
                for offset in range(0, size, _CHUNK_BYTES):
                    await self._container.send(os.pread(descriptor, _CHUNK_BYTES, offset))
        finally:
            os.close(order)
            os.close(stdin)

    async def _acknowledge(self) -> None:
        """Tell the relay which streams may go on, and which have no reader."""
        with contextlib.suppress(OSError):  # the container is gone
            while True:
                await self._passed_on.wait()
                self._passed_on.clear()
                async with self._sending:
                    await self._container.send(b"".join(self._acknowledgements()))

    def _acknowledgements(self) -> Iterator[bytes]:
        for number, order in list(self._orders.items()):
            for which, outlet in enumerate(order.outlets):
                stream = wire.STREAM.pack(number, which)
                if outlet.refused:
                    outlet.refused = False
                    yield report.HEAD.pack(wire.UNWANTED, len(stream)) + stream
                elif outlet.written:
                    content = stream + wire.AMOUNT.pack(outlet.written)
                    outlet.written = 0
                    yield report.HEAD.pack(wire.TAKEN, len(content)) + content
            if order.is_over:
                del self._orders[number]

    async def _carry_out(self) -> None:
        """Carry what comes out of the container to whom it is for."""
        try:
            while (received := await self._container.receive()) != (b"", b""):
                self._pass_on(*received)
        except (SandboxBrokenError, OSError, *_MALFORMED):
            pass  # nothing that could be trusted will follow
        finally:
            with contextlib.suppress(OSError):  # whoever held the session has let go
                self._here.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, kind: bytes, content: bytes) -> None:
        """Take one frame. Raises one of `_MALFORMED` where it is none."""
        if kind == wire.MESSAGE:
            message = json.loads(content)
            order = self._orders.get(message["number"]) if message["kind"] == plan.Kind.ENDED else None
            if order is None:
                self._messages.put(content)
            else:
                order.end(content)
            return
        number, which = wire.STREAM.unpack_from(content)
        order = self._orders.get(number)
        if order is None:
            return  # whoever followed it reads no more, which the relay has not heard yet
        if kind == wire.WRITTEN:
            order.outlets[which].put(content[wire.STREAM.size :])
        elif kind == wire.ALL_WRITTEN:
            order.outlets[which].finish()
        else:
            raise ValueError(kind)

    def _look_at(self, number: int) -> None:
        """See to an order of which something was passed on."""
        order = self._orders[number]
        if order.ended is not None and not any(outlet.holds_something for outlet in order.outlets):
            self._messages.put(order.ended)
            order.ended = None
        self._passed_on.set()


class _Order:
    """Where what comes of one order goes."""

    def __init__(self, outputs: list[int], changed: Callable[[], None]) -> None:
        self.outlets = [_Outlet(descriptor, changed) for descriptor in outputs]
        self.ended: bytes | None = None
        """What says its end, while that waits for what was written before."""
        for outlet in self.outlets:
            outlet.resize(PIPE_BYTES - wire.ROOM_BYTES - wire.LAST_BYTES)

    def end(self, message: bytes) -> None:
        """Have its end be known once all that was written before is where a reader finds it."""
        self.ended = message
        for outlet in self.outlets:
            outlet.resize(PIPE_BYTES)
            outlet.flush()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.ended is None and all(outlet.is_closed for outlet in self.outlets)


async def _readable(descriptor: int) -> None:
    """Return when there is something to be read."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)


class _Outlet:
    """A descriptor that bytes wait for, in the order in which they came."""

    def __init__(self, descriptor: int, changed: Callable[[], None] = lambda: None) -> None:
        """Take it over. `changed` is called when something was written, and when nobody reads any more."""
        self.written = 0
        """How many bytes were, of which nobody was told."""
        self.refused = False
        """Whether nobody reads any more, and nobody was told."""
        self.is_closed = False
        self._descriptor = descriptor
        self._changed = changed
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_complete = False
        os.set_blocking(descriptor, False)

    @property
    def holds_something(self) -> bool:
        return bool(self._waiting)

    def put(self, data: bytes) -> None:
        """Write it, now or later. Raises ValueError where more waits than any relay sends."""
        if self.is_closed:
            return
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self.flush()
        if self._waiting_bytes > _MOST_WAITING_BYTES:
            raise ValueError("more than there was room for")

    def finish(self) -> None:
        """Close it after what waits."""
        self._is_complete = True
        self.flush()

    def resize(self, size: int) -> None:
        """Set how much a pipe holds, as far as this user may."""
        if not self.is_closed:
            with contextlib.suppress(OSError):  # it is none, or pipes are scarce and a small one must do
                fcntl.fcntl(self._descriptor, fcntl.F_SETPIPE_SZ, size)

    def flush(self) -> None:
        """Write what is taken now, and the rest when there is room."""
        if self.is_closed:
            self._changed()
            return
        loop = asyncio.get_running_loop()
        loop.remove_writer(self._descriptor)
        try:
            while self._waiting:
                written = os.write(self._descriptor, self._waiting[0])
                self.written += written
                self._waiting_bytes -= written
                if written < len(self._waiting[0]):
                    self._waiting[0] = self._waiting[0][written:]
                else:
                    self._waiting.popleft()
            if self._is_complete:
                self.close()
        except BlockingIOError:
            loop.add_writer(self._descriptor, self.flush)
        except OSError:
            self.refused = True
            self.close()
        self._changed()

    def close(self) -> None:
        """Write no more."""
        if not self.is_closed:
            self.is_closed = True
            self._waiting.clear()
            self._waiting_bytes = 0
            asyncio.get_running_loop().remove_writer(self._descriptor)
            os.close(self._descriptor)
