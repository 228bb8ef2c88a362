"""The executor's hold on one container: as on any sandbox that stands, and on its keeper."""

import asyncio
import contextlib
import json
import os
import socket

from crucible.sandbox import plan, process_1, report
from crucible.sandbox.oci.keeper import RESIZED
from crucible.sandbox.slots import Slot
from crucible.sandbox.standing import SandboxBrokenError, Standing, reason

ENDING_SECONDS = 10.0
_CHUNK_BYTES = 64 * 1024


class Pipes:
    """What goes between a container and the executor: the ends that stay here, and those that are handed on."""

    def __init__(self) -> None:
        self.channel, self.channel_inside = socket.socketpair()
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
        super().__init__(pipes.channel, slot.group, slot.number, process=None)
        self.place = slot
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
        """Hand the program over; return what to read its output and errors from. Raises OSError."""
        loop = asyncio.get_running_loop()
        size = f"size={work.bounds.disk_bytes},nr_inodes={work.bounds.inodes}"
        try:
            await loop.sock_sendall(self._orders, size.encode())
            answer = await loop.sock_recv(self._orders, 16)
        except ConnectionError:
            answer = b""
        if answer != RESIZED:
            raise SandboxBrokenError(reason(*await self.receive()))
        body = plan.encode_work(work, contents, standard_input)
        await loop.sock_sendall(self._socket, process_1.WORK_HEAD.pack(report.WORK, len(body)) + body)
        stdout, stderr = self._streams
        self._streams = []
        return stdout, stderr

    async def gone(self) -> None:
        """Kill all of it, and return when nothing is left that could make a group again, as a killed tool can."""
        self.kill()
        self._socket.shutdown(socket.SHUT_WR)  # a stage whose process isn't known yet waits for a word
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING_SECONDS):
                await self.until_gone()
        self.let_go()

    def let_go(self) -> None:
        """See `Standing.let_go`."""
        super().let_go()
        self._orders.close()
        with contextlib.suppress(OSError):
            while self._streams:
                os.close(self._streams.pop())
