"""The executor's end of a launcher: the small process that a driver's sandboxes are forked from."""

import asyncio
import os
import socket
import subprocess
import sys
from typing import Self

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox import ordinary
from crucible.sandbox.own_namespace import MAP

READY = b"ready"
_START_SECONDS = 30.0


class Launcher:
    """The executor's hold on the process that forks. It is started again where it died."""

    def __init__(
        self, arguments: tuple[str, ...], process: subprocess.Popen[bytes], requests: socket.socket
    ) -> None:
        self._arguments = arguments
        self._process = process
        self._requests = requests

    @classmethod
    async def start(cls, arguments: tuple[str, ...]) -> Self:
        """Return a launcher that serves. `arguments`: what its interpreter runs; the socket's number follows.

        Raises SandboxUnavailableError.
        """
        return cls(arguments, *await cls._spawn(arguments))

    @staticmethod
    async def _spawn(arguments: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], socket.socket]:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            process = subprocess.Popen(  # noqa: ASYNC220 - its pipes aren't used, and its end is seen on the socket
                [sys.executable, "-I", *arguments, str(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            )
        here.setblocking(False)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await _begun(process, here)
        except BaseException as error:
            here.close()
            process.kill()
            await asyncio.to_thread(process.wait)
            if isinstance(error, TimeoutError):
                raise SandboxUnavailableError(f"the launcher did not start within {_START_SECONDS:g} s") from None
            raise
        return process, here

    async def launch(self, descriptors: list[int]) -> None:
        """Have a sandbox made from these. Raises OSError where no launcher can be had."""
        try:
            socket.send_fds(self._requests, [b"launch"], descriptors)
        except (BrokenPipeError, ConnectionResetError):
            await self.close()
            self._process, self._requests = await self._spawn(self._arguments)
            socket.send_fds(self._requests, [b"launch"], descriptors)

    async def close(self) -> None:
        """End the launcher. The kernel ends every sandbox with it."""
        self._requests.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)


async def _begun(process: subprocess.Popen[bytes], requests: socket.socket) -> None:
    """Return once a launcher serves. Raises SandboxUnavailableError."""
    loop = asyncio.get_running_loop()
    said = await loop.sock_recv(requests, 16)
    if said == MAP:
        await ordinary.let_be_root(process.pid, requests)
        said = await loop.sock_recv(requests, 16)
    if not said:
        code = await asyncio.to_thread(process.wait)
        raise SandboxUnavailableError(f"the launcher ended at its start with {code}")
