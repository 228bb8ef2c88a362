"""The executor's hold on one container: as on any sandbox that stands, and on its keeper."""

import asyncio
import contextlib
import json
import os
import socket

from crucible.ending import within
from crucible.sandbox import plan, process_1, report
from crucible.sandbox.oci.keeper import RESIZED
from crucible.sandbox.sessions.session import stands
from crucible.sandbox.slots import Slot
from crucible.sandbox.standing import SandboxBrokenError, Standing, reason

ENDING_SECONDS = 10.0
HANDING_SECONDS = 60.0
"""How long a container may take to take its program; no limit of the program's counts yet."""
_SCRATCH_BYTES, _SCRATCH_INODES = 64 * 1024, 64
"""Of the folders that a program would write: a session has a file system of its own."""


class Pipes:
    """What goes between a container and the executor: the ends that stay here, and those that are handed on."""

    def __init__(self, *, whole_messages: bool = False) -> None:
        """`whole_messages`: the channel keeps them apart, as a session's needs it."""
        kind = socket.SOCK_SEQPACKET if whole_messages else socket.SOCK_STREAM
        self.channel, self.channel_inside = socket.socketpair(socket.AF_UNIX, kind)
        self.orders, self.orders_inside = socket.socketpair()
        self.stdout, self.stdout_inside = os.pipe2(os.O_CLOEXEC)
        self.stderr, self.stderr_inside = os.pipe2(os.O_CLOEXEC)

    @property
    def inside(self) -> list[int]:
        """What the keeper gets."""
        return [
            self.channel_inside.fileno(),
            self.orders_inside.fileno(),
            self.stdout_inside,
            self.stderr_inside,
        ]

    def close_inside(self) -> None:
        """Close what was handed on, so that each end is seen to end."""
        self.channel_inside.close()
        self.orders_inside.close()
        for descriptor in (self.stdout_inside, self.stderr_inside):
            os.close(descriptor)

    def close(self) -> None:
        """Close what stays here, for a container that came to nothing."""
        self.channel.close()
        self.orders.close()
        for descriptor in (self.stdout, self.stderr):
            os.close(descriptor)


class Container(Standing):
    """A container that stands. It takes one program, once."""

    def __init__(self, pipes: Pipes, slot: Slot) -> None:
        super().__init__(pipes.channel, slot, process=None)
        self._orders = pipes.orders
        self._orders.setblocking(False)
        self._streams = [pipes.stdout, pipes.stderr]

    async def stand(self, patience: float = 10.0) -> None:
        """Take hold of the stage, let it go on, and return when all stands. Raises SandboxBrokenError."""
        try:
            async with asyncio.timeout(patience):
                said = json.loads(await self.expect(report.HELLO))
                self._process = os.pidfd_open(said["pid"])
                self._socket.send(report.GO)
        except TimeoutError:
            raise SandboxBrokenError(f"no launcher answered within {patience:g} s") from None
        await super().stand(patience)

    async def hand_over(self, work: plan.Work, contents: list[bytes], standard_input: bytes) -> tuple[int, int]:
        """Hand the program over; return what to read its output and errors from.

        Raises SandboxBrokenError, OSError.
        """
        body = plan.encode_work(work, contents, standard_input)
        head = process_1.WORK_HEAD.pack(report.WORK, len(body))
        try:
            async with asyncio.timeout(HANDING_SECONDS):
                await self._settle(work.bounds.disk_bytes, work.bounds.inodes)
                await asyncio.get_running_loop().sock_sendall(self._socket, head + body)
        except TimeoutError:
            raise SandboxBrokenError(
                f"the container did not take its program within {HANDING_SECONDS:g} s"
            ) from None
        stdout, stderr = self._streams
        self._streams = []
        return stdout, stderr

    async def become_session(
        self,
        ground: int,
        hall: list[int],
        patience: float,
        disk: tuple[int, int] = (_SCRATCH_BYTES, _SCRATCH_INODES),
    ) -> tuple[socket.socket, int]:
        """Have it become a session on this ground; return its channel and a pidfd of its stage. Raises OSError.

        Both are the caller's, who sees to it that the container ends before `gone` is asked for. `disk`: the bytes
        and inodes of a program's folders, if the session's root is made on them.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience):
            await self._settle(*disk)
        socket.send_fds(self._socket, [report.WORK], [ground, *hall])
        loop.remove_reader(self._socket)
        try:
            async with asyncio.timeout(patience):
                await stands(self._socket)
        except BaseException:
            loop.add_reader(self._socket, self._read)
            raise
        process, self._process, self._ended = self._process, None, True
        assert process is not None  # noqa: S101 - it stood
        return self._socket, process

    async def _settle(self, disk_bytes: int, inodes: int) -> None:
        """Set the size of the disk, and have the kernel spare process 1 where memory is spent."""
        loop = asyncio.get_running_loop()
        size = f"size={disk_bytes},nr_inodes={inodes}"
        try:
            await loop.sock_sendall(self._orders, size.encode())
            answer = await loop.sock_recv(self._orders, 16)
        except ConnectionError:
            answer = b""
        if answer != RESIZED:
            raise SandboxBrokenError(reason(*await self.receive()))

    async def gone(self) -> None:
        """Kill all of it, and return when nothing is left that could make a group again, as a killed tool can."""
        self.kill()
        if not self._ended:  # as a session's has, whoever held that
            self._socket.shutdown(socket.SHUT_WR)  # a stage whose process isn't known yet waits for a word
            await within(ENDING_SECONDS, self.until_gone())
        self.let_go()

    def let_go(self) -> None:
        """See `Standing.let_go`."""
        super().let_go()
        self._orders.close()
        with contextlib.suppress(OSError):
            while self._streams:
                os.close(self._streams.pop())
