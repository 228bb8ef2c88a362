"""A container that stands and waits for a program, and the executor's hold on it.

Everything comes through one connection, the container's attached streams: reports of its process 1, and what the
program prints. The latter is put into pipes, so that whoever watches a sandbox reads all kinds of them alike.
"""

import asyncio
import contextlib
import json
import os
import struct
from typing import Any

from crucible.sandbox import report
from crucible.sandbox.docker.engine import Engine
from crucible.sandbox.docker.fates import Fates
from crucible.sandbox.docker.usage import Usage
from crucible.sandbox.docker.wire import STDERR, STDOUT, Errand, frames
from crucible.sandbox.standing import SandboxBrokenError

_FRAME = struct.Struct(">B3xI")
"""Of the engine: which of the container's streams, and how many bytes of it follow."""
_OUT, _ERR = 1, 2
_LAST_WORDS_BYTES = 4096
_BUILDING_SECONDS = 60.0
_HANDING_SECONDS = 60.0
"""How long the engine may take to take a program; no limit of the program's counts yet."""
_KILLING_SECONDS = 1.0
_LEARNING_SECONDS = 5.0
"""How long the engine may take to say how a container ended."""
_REMOVAL_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Container:
    """The executor's hold on one container, from its start. It takes one program, once."""

    def __init__(
        self,
        engine: Engine,
        identity: str,
        fates: Fates,
        group: Usage,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        *,
        block: int,
    ) -> None:
        self.identity = identity
        self.block = block
        """Which ids are its: see `identities`."""
        self.group = group
        self.said: dict[str, Any] = {}
        """What process 1 found in there: the kernel's release, the ABI of Landlock."""
        self._engine = engine
        self._fates = fates
        self._reader, self._writer = streams
        self._received = bytearray()
        self._last_words = b""
        self._pipes: dict[bytes, asyncio.StreamWriter] = {}
        self._killing: asyncio.Task[None] | None = None
        self._gone = False

    @property
    def is_alive(self) -> bool:
        """Whether it can still be given a program."""
        return not self._gone and not self._reader.at_eof() and self._fates.is_alive(self.identity)

    async def stand(self) -> None:
        """Return when process 1 waits for a program. Raises SandboxBrokenError, OSError."""
        try:
            async with asyncio.timeout(_BUILDING_SECONDS):
                await self._engine.start(self.identity)
                await self.group.find()
                kind, content = await self.receive()
        except TimeoutError:
            raise SandboxBrokenError(f"the container did not stand within {_BUILDING_SECONDS:g} s") from None
        if kind != report.READY:
            raise SandboxBrokenError(self._why(kind, content))
        self.said = json.loads(content)

    async def give(self, errand: Errand, contents: list[bytes], stdin: bytes) -> tuple[int, int]:
        """Hand over the program; return what to read its output and errors from. Raises OSError if it is gone."""
        self.group.begin()
        readable = [await self._pipe(kind) for kind in (STDOUT, STDERR)]
        try:
            async with asyncio.timeout(_HANDING_SECONDS):
                for part in frames(errand, contents, stdin):
                    await self.send(part)
        except OSError as error:
            for descriptor in readable:
                os.close(descriptor)
            if isinstance(error, TimeoutError):
                raise TimeoutError(f"the engine did not take the program within {_HANDING_SECONDS:g} s") from None
            raise
        return readable[0], readable[1]

    async def send(self, part: bytes) -> None:
        """Send process 1 the next bytes that it reads, and return when the engine takes more. Raises OSError."""
        self._writer.write(part)
        await self._writer.drain()

    def close_input(self) -> None:
        """Have process 1 see its input's end. What it says from now on is not heard."""
        self._writer.close()

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next report's kind and content; an empty kind at the end, when all of it is gone.

        Raises SandboxBrokenError where the engine went away.
        """
        try:
            while True:
                kind, length = report.HEAD.unpack(await self._take(report.HEAD.size))
                if length > report.MAXIMUM_BYTES:
                    raise SandboxBrokenError(f"a report of {length} bytes")
                content = await self._take(length)
                if kind in self._pipes:
                    await self._print(kind, content)
                    continue
                if kind in {report.ENDED, report.BROKEN}:
                    await self.group.settle()
                    self._close_pipes()
                return kind, content
        except (asyncio.IncompleteReadError, ConnectionError):
            return await self._end()

    async def open_process(self) -> int:
        """Return a pidfd of its process 1, with which everything in it ends. Raises OSError."""
        return os.pidfd_open(await self._engine.process(self.identity))

    def ask_to_stop(self) -> None:
        """Have process 1 end the program, collect its files and report."""
        self._writer.write(report.STOP)

    def kill(self) -> None:
        """Kill all of it."""
        self._gone = True
        if self._killing is None:
            self._killing = asyncio.create_task(self._kill())

    async def remove(self) -> None:
        """Return when nothing of it is left. Raises OSError where the engine can't be asked."""
        self._gone = True
        self._close_pipes()
        self._writer.close()
        self.group.kill()
        if self._killing is not None:
            await asyncio.gather(self._killing, return_exceptions=True)
        self.group.close()
        self._fates.forget(self.identity)
        for pause in _REMOVAL_PAUSES:
            if await self._engine.remove(self.identity):
                return
            await asyncio.sleep(pause)
        raise TimeoutError(f"the engine has not removed the container within {sum(_REMOVAL_PAUSES):g} s")

    async def _kill(self) -> None:
        """Have the kernel kill what is seen here, and the engine the rest: it may be slow, or hang."""
        self.group.kill()
        killing = asyncio.create_task(self._engine.kill(self.identity))
        await asyncio.wait({killing}, timeout=_KILLING_SECONDS)
        self._reader.feed_eof()
        with contextlib.suppress(OSError):  # an engine that can't be asked is gone, and its containers with it
            await killing

    async def _end(self) -> tuple[bytes, bytes]:
        """Wait until the engine said how it ended: its streams end a moment earlier."""
        self._close_pipes()
        fate = await self._fates.learn(self.identity, 0.0 if self._gone else _LEARNING_SECONDS)
        if fate.engine_lost:
            raise SandboxBrokenError(f"the engine went away: {fate.engine_lost}")
        await self.group.settle()
        if self._gone or fate.out_of_memory:
            return b"", b""
        if said := self._last_words.decode(errors="replace").strip():
            raise SandboxBrokenError(f"process 1 broke: {said}")
        if not await fate.died_of_memory():
            raise SandboxBrokenError("the engine stopped, or somebody ended the container with it")
        return b"", b""

    def _why(self, kind: bytes, content: bytes) -> str:
        if kind == report.BROKEN:
            return str(json.loads(content).get("error"))
        return "the container ended before it stood" if kind == b"" else f"an unexpected report {kind!r}"

    async def _take(self, size: int) -> bytes:
        """Return exactly so many bytes of what process 1 sent."""
        while len(self._received) < size:
            stream, length = _FRAME.unpack(await self._reader.readexactly(_FRAME.size))
            if length > report.MAXIMUM_BYTES:
                raise SandboxBrokenError(f"the engine sent a frame of {length} bytes")
            content = await self._reader.readexactly(length)
            if stream == _OUT:
                self._received += content
            elif stream == _ERR:
                self._last_words = (self._last_words + content)[-_LAST_WORDS_BYTES:]
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    async def _pipe(self, kind: bytes) -> int:
        readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(writable, "wb", buffering=0)
        )
        self._pipes[kind] = asyncio.StreamWriter(transport, protocol, None, loop)
        return readable

    async def _print(self, kind: bytes, content: bytes) -> None:
        pipe = self._pipes[kind]
        with contextlib.suppress(ConnectionError):  # whoever reads has had enough
            pipe.write(content)
            await pipe.drain()

    def _close_pipes(self) -> None:
        for pipe in self._pipes.values():
            pipe.close()
