"""The half of a session's socket that stands in its container: a process beside process 1 (see `session_wire`).

It makes what goes to process 1 with an order, memory and pipes, and sends on what comes out of them. So process 1
is what it is in any session, and has time for what programs try while much is being printed. This process is the
container's root, whom nobody in the session can be: no program can signal it, or open what it holds.
"""

import contextlib
import json
import os
import select
import socket
from collections import deque
from typing import Final

from crucible.sandbox import capabilities, report
from crucible.sandbox.docker import session_wire as wire
from crucible.sandbox.docker.wire import Streams
from crucible.sandbox.sessions import plan

PROCESSES: Final = 1
"""How many it is."""
_FOR_OUR_OWN_EYES, _FOR_THE_PROGRAMS = 0o400, 0o444


class Relay:
    """Process 1's hold on it."""

    def __init__(self, streams: Streams) -> None:
        """Fork it, which takes over the container's streams. Raises OSError."""
        self.channel, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        """What process 1 of a session has to the executor."""
        self._process = os.fork()
        if self._process == 0:
            self.channel.close()
            _be(streams, there)
        there.close()
        streams.close()

    def finish(self) -> None:
        """Return when it has sent on what it was told: it ends with process 1."""
        self.channel.close()
        with contextlib.suppress(ChildProcessError):  # it ended, and was reaped like any other
            os.waitpid(self._process, 0)


def _be(streams: Streams, channel: socket.socket) -> None:
    try:
        capabilities.keep_only(0)
        _Relaying(streams, channel).serve()
    except EOFError:
        pass  # the executor is gone, which process 1 learns from the channel's end
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        os.write(2, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


class _Source:
    """One of an order's streams, as its reader has it."""

    def __init__(self, number: int, which: int, reading: int) -> None:
        self.name = wire.STREAM.pack(number, which)
        self.room = wire.ROOM_BYTES
        self._reading = reading
        os.set_blocking(reading, False)

    @property
    def descriptor(self) -> int:
        return self._reading

    def read(self, most: int) -> bytes | None:
        """Return what is there; empty at the end of all, None where there is nothing yet."""
        try:
            return os.read(self._reading, most)
        except BlockingIOError:
            return None

    def close(self) -> None:
        os.close(self._reading)


class _Relaying:
    """The loop in which it spends its life."""

    def __init__(self, streams: Streams, channel: socket.socket) -> None:
        self._streams = streams
        self._channel = channel
        self._sources: dict[bytes, _Source] = {}
        """By the name that the executor knows them by."""
        self._reading: dict[int, _Source] = {}
        """By descriptor, those that are read from: who has no room left waits."""
        self._waiting: deque[tuple[bytes, list[int]]] = deque()
        """What process 1 has not taken yet, with its descriptors. Meanwhile no more is heard of the executor."""
        self._poll = select.poll()
        channel.setblocking(False)
        self._poll.register(channel, select.POLLIN)
        self._poll.register(streams.incoming, select.POLLIN)

    def serve(self) -> None:
        """Return once process 1 is gone. Raises EOFError where the executor is."""
        while True:
            for descriptor, event in self._poll.poll():
                if descriptor == self._streams.incoming:
                    self._obey()
                elif descriptor != self._channel.fileno():
                    self._relay(descriptor)
                elif event & select.POLLOUT:
                    self._hand_on()
                elif not self._hear():
                    return

    def _obey(self) -> None:
        """Take one frame of the executor's."""
        kind, size = report.HEAD.unpack(self._streams.read(report.HEAD.size))
        if kind == wire.ORDER:
            self._take_order(size)
            return
        content = self._streams.read(size)
        if kind == wire.MESSAGE:
            self._tell_process_1(content, [])
            return
        source = self._sources.get(content[: wire.STREAM.size])
        if source is None:
            return  # it ended meanwhile
        if kind == wire.TAKEN:
            source.room += wire.AMOUNT.unpack_from(content, wire.STREAM.size)[0]
            self._listen_to(source)
        elif kind == wire.UNWANTED:
            self._forget(source)

    def _take_order(self, size: int) -> None:
        number, message_bytes, order_bytes = wire.ORDER_HEAD.unpack(self._streams.read(wire.ORDER_HEAD.size))
        message = self._streams.read(message_bytes)
        stdin_bytes = size - wire.ORDER_HEAD.size - message_bytes - order_bytes
        given: list[int] = []
        try:
            lacking = None
            for part, mode in ((order_bytes, _FOR_OUR_OWN_EYES), (stdin_bytes, _FOR_THE_PROGRAMS)):
                try:
                    given.append(self._streams.memory(part, mode))
                except OSError as error:
                    lacking = error
            if lacking is not None:
                raise lacking
            self._open_streams(number, given)
        except OSError:  # there is no descriptor to spare, nor to say so on
            for descriptor in given:
                os.close(descriptor)
            self._tell_executor(plan.message(plan.Kind.ENDED, number=number), number)
        else:
            self._tell_process_1(message, given)

    def _open_streams(self, number: int, given: list[int]) -> None:
        """Make an order's streams, and give what they are written to by, too. Raises OSError."""
        readings = []
        try:
            for which in range(wire.OUTPUTS):
                reading, writing = _stream(which)
                readings.append(reading)
                given.append(writing)
        except OSError:
            for reading in readings:
                os.close(reading)
            raise
        for which, reading in enumerate(readings):
            source = _Source(number, which, reading)
            self._sources[source.name] = source
            self._listen_to(source)

    def _tell_process_1(self, message: bytes, descriptors: list[int]) -> None:
        self._waiting.append((message, descriptors))
        self._hand_on()

    def _hand_on(self) -> None:
        """Send process 1 what waits for it, as far as it takes that."""
        while self._waiting:
            message, descriptors = self._waiting[0]
            try:
                socket.send_fds(self._channel, [message], descriptors)
            except BlockingIOError:
                self._poll.modify(self._channel, select.POLLIN | select.POLLOUT)
                self._poll.modify(self._streams.incoming, 0)
                return
            self._waiting.popleft()
            for descriptor in descriptors:
                os.close(descriptor)
        self._poll.modify(self._channel, select.POLLIN)
        self._poll.modify(self._streams.incoming, select.POLLIN)

    def _hear(self) -> bool:
        """Send on one message of process 1's; False where it is gone."""
        data = self._channel.recv(plan.MESSAGE_BYTES)
        if not data:
            return False
        message = json.loads(data)
        number = message["number"] if message["kind"] == plan.Kind.ENDED else None
        self._tell_executor(data, number)
        return True

    def _tell_executor(self, message: bytes, ended: int | None) -> None:
        """Send a message of process 1's. `ended`: the order of which it says that; what was written goes first."""
        for which in range(wire.OUTPUTS) if ended is not None else ():
            source = self._sources.get(wire.STREAM.pack(ended, which))
            if source is not None:
                self._send(source, wire.LAST_BYTES)
        report.send_bytes(self._streams, wire.MESSAGE, message)

    def _relay(self, descriptor: int) -> None:
        source = self._reading.get(descriptor)
        if source is None:
            return  # it was closed since the kernel said so
        self._send(source, source.room)

    def _send(self, source: _Source, most: int) -> None:
        """Send what is there to be read, and not more than that; be done with a stream at its end."""
        while most > 0:
            data = source.read(most)
            if data is None:
                break
            if not data:
                report.send_bytes(self._streams, wire.ALL_WRITTEN, source.name)
                self._forget(source)
                return
            report.send_bytes(self._streams, wire.WRITTEN, source.name, data)
            source.room -= len(data)
            most -= len(data)
        self._listen_to(source)

    def _listen_to(self, source: _Source) -> None:
        """Read from a stream when there is something, while the executor has room for it."""
        if source.room > 0 and source.descriptor not in self._reading:
            self._reading[source.descriptor] = source
            self._poll.register(source.descriptor, select.POLLIN)
        elif source.room <= 0:
            self._turn_away_from(source)

    def _turn_away_from(self, source: _Source) -> None:
        if self._reading.pop(source.descriptor, None) is not None:
            self._poll.unregister(source.descriptor)

    def _forget(self, source: _Source) -> None:
        self._turn_away_from(source)
        del self._sources[source.name]
        source.close()


def _stream(which: int) -> tuple[int, int]:
    """Return what is read from and written to. Raises OSError.

    Why an order failed comes over a socket: a pipe, whoever is root inside might find in gVisor's /proc.
    """
    if which == wire.OUTPUTS - 1:
        here, there = socket.socketpair()
        return here.detach(), there.detach()
    return os.pipe2(os.O_CLOEXEC)
