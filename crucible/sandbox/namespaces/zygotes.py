"""The executor's hold on zygotes: started when they are needed, replaced after a while, closed when they are not.

What is forked from one zygote shares its address layout and hash seed, so no two compartments share one, and none
serves for long: ADR 10 says what that leaves.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import structlog

from crucible.sandbox import descriptors, ordinary, plan
from crucible.sandbox.namespaces import places, zygote
from crucible.sandbox.own_namespace import MAP
from crucible.sandbox.runtimes.replaced import FileState
from crucible.sandbox.standing import SandboxBrokenError
from crucible.sandbox.tree import ENVIRONMENT

START: tuple[str, ...] = (str(Path(__file__).with_name("start_zygote.py")),)
"""What a zygote's interpreter runs; its socket's descriptor follows."""
MOST_FORKS: Final = 1000
MOST_SECONDS: Final = 900.0
"""After how many sandboxes, and after how long, a zygote is replaced by another."""
_AGING: Final = 0.9
"""After which part of that the other one is started, as nobody is to wait for it."""
_START_SECONDS = 30.0
_FORK_SECONDS = 10.0
_LAST_WORDS_BYTES = 4096
_MOST_DESCRIPTORS = 3
"""With an answer: what holds a process, and its namespaces."""
_NOBODYS_HOME = {"HOME": "/nonexistent"}
"""What a user of the host leaves where the program's home will be must not be imported here."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between sandboxes before their programs are known."""

    command: tuple[str, ...]
    """How the zygote's interpreter is started."""
    prefix: str
    """The folder of the runtime that is shown inside."""
    preload: tuple[str, ...]
    compartment: str
    warm: bool
    """Whether the zygote's own interpreter runs the programs; else they are started by an exec."""
    file: FileState | None = None
    """Which file the interpreter was when it said its version: none that was replaced serves who comes after."""


class ZygoteFailedError(SandboxBrokenError):
    """A zygote could not be started, or answered wrongly, or not at all."""


class Zygote:
    """One process that forks sandboxes. Begin it with `begin`, and have it `get_ready`."""

    def __init__(self, process: subprocess.Popen[bytes], requests: socket.socket, words: int) -> None:
        self._process = process
        self._requests = requests
        self._words = words
        self.version = ""
        """Its interpreter's, once it has started."""
        self._turn = asyncio.Lock()
        self._due: deque[asyncio.Future[tuple[bytes, list[int]]]] = deque()
        """Who waits for an answer, in the order in which they come; and who did, and left."""
        self._began = time.monotonic()
        self._forks = 0
        self._living = 0
        self._retired = False

    @classmethod
    def begin(cls, kind: Kind) -> Self:
        """Return a zygote whose interpreter is starting. Raises OSError."""
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words, say = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        nothing = os.memfd_create("nothing", os.MFD_CLOEXEC)
        try:
            with there:
                process = subprocess.Popen(
                    [*kind.command, *START, str(there.fileno())],
                    stdin=nothing,
                    stdout=say,
                    stderr=say,
                    pass_fds=[there.fileno()],
                    cwd="/",
                    env=ENVIRONMENT | _NOBODYS_HOME,
                )
        except OSError:
            here.close()
            os.close(words)
            raise
        finally:
            os.close(nothing)
            os.close(say)
        here.setblocking(False)
        begun = cls(process, here, words)
        asyncio.get_running_loop().add_reader(here.fileno(), begun._hear)
        return begun

    async def get_ready(self, setup: plan.Setup) -> None:
        """Return when it is ready to fork. Raises ZygoteFailedError, OSError, after which it is gone."""
        try:
            await self._set_up(setup)
        except BaseException:
            await self.close()
            raise

    async def _set_up(self, setup: plan.Setup) -> None:
        memory = plan.write_setup(setup)
        try:
            descriptors.send(self._requests, b"setup", [memory])
        except OSError as error:
            raise ZygoteFailedError(f"the zygote ended at its start{self._last_words()}") from error
        finally:
            os.close(memory)
        said, _ = await self._answer(_START_SECONDS)
        if said == MAP:
            await ordinary.let_be_root(self._process.pid, self._requests)
            said, _ = await self._answer(_START_SECONDS)
        if not said.startswith(zygote.READY):
            reason = said.removeprefix(zygote.FAILED).decode(errors="replace") or "it ended"
            raise ZygoteFailedError(f"the zygote did not start: {reason}{self._last_words()}")
        self.version = said.removeprefix(zygote.READY).decode()

    @property
    def process(self) -> int:
        """Its number among the executor's processes."""
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether it has ended and was closed."""
        return self._process.returncode is not None

    @property
    def is_stale(self) -> bool:
        """Whether it is to be replaced."""
        return self._retired or self._has_done(1.0)

    @property
    def is_aging(self) -> bool:
        """Whether it will be soon."""
        return self._has_done(_AGING)

    def _has_done(self, part: float) -> bool:
        """Tell whether it has done that part of what it may."""
        old = time.monotonic() - self._began > part * MOST_SECONDS
        return old or self._forks >= part * MOST_FORKS

    async def fork(self, identity: plan.Identity, given: list[int]) -> list[int]:
        """Have a sandbox forked; return what holds its process 1, and its namespaces where none were given.

        Raises ZygoteFailedError, after which it is of no use, and OSError where the kernel refused this one.
        """
        async with self._turn:
            if self._retired and not self._living:
                raise ZygoteFailedError("the zygote is gone")
            try:
                descriptors.send(self._requests, plan.identity_message(identity), given)
                said, received = await self._answer(_FORK_SECONDS)
            except OSError as error:
                self._give_up()
                raise ZygoteFailedError(f"the zygote is gone: {error}{self._last_words()}") from error
            except ZygoteFailedError:
                self._give_up()
                raise
            if said == b"":
                raise ZygoteFailedError(f"the zygote ended{self._last_words()}")
            if said != places.MADE:
                raise OSError(said.removeprefix(zygote.FAILED).decode(errors="replace"))
            self._forks += 1
            self._living += 1
            return received

    def _give_up(self) -> None:
        """Have it end, and all that was forked from it: nobody knows what its next message answers."""
        self._retired = True
        self._process.kill()

    def forget(self) -> bool:
        """Say that a sandbox that was forked is gone; tell whether a zygote that was replaced has none left."""
        self._living -= 1
        return self._retired and not self._living

    async def retire(self) -> None:
        """Fork no more, and end when no sandbox is left, which would end with it."""
        self._retired = True
        if not self._living:
            await self.close()

    async def close(self) -> None:
        """End it now. The kernel ends every sandbox with it."""
        self._retired = True
        if self._words >= 0:
            self._hear_no_more()
            self._requests.close()
            os.close(self._words)
            self._words = -1
        self._process.kill()
        await asyncio.to_thread(self._process.wait)

    async def _answer(self, seconds: float) -> tuple[bytes, list[int]]:
        """Return the next message; an empty one at the end. Raises ZygoteFailedError where none comes in time."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[bytes, list[int]]] = loop.create_future()
        self._due.append(answer)
        late = ZygoteFailedError(f"the zygote did not answer within {seconds:g} s")
        timer = loop.call_later(seconds, _fail, answer, late)
        try:
            return await answer
        except asyncio.CancelledError:
            if not answer.cancelled() and not answer.exception():  # it came just before that
                _close(answer.result()[1])
            raise
        finally:
            timer.cancel()

    def _hear(self) -> None:
        """Give a message to who waits for it. It is nobody else's where that one has left."""
        message, received = b"", list[int]()
        with contextlib.suppress(ConnectionError):
            message, received = descriptors.receive(
                self._requests, places.MAXIMUM_MESSAGE_BYTES, _MOST_DESCRIPTORS
            )
        if not message or not self._due:  # its end; or it answers what nobody asked, and can't be relied on
            _close(received)
            self._retired = True
            self._hear_no_more()
            return
        answer = self._due.popleft()
        if answer.done():
            _close(received)
        else:
            answer.set_result((message, received))

    def _hear_no_more(self) -> None:
        asyncio.get_running_loop().remove_reader(self._requests.fileno())
        for answer in self._due:
            if not answer.done():
                answer.set_result((b"", []))
        self._due.clear()

    def _last_words(self) -> str:
        """Return what it printed before it ended, which says why."""
        with contextlib.suppress(BlockingIOError):
            if text := os.read(self._words, _LAST_WORDS_BYTES).decode(errors="backslashreplace").strip():
                return f": {text}"
        return ""


def _close(unwanted: list[int]) -> None:
    for descriptor in unwanted:
        os.close(descriptor)


def _fail(answer: "asyncio.Future[tuple[bytes, list[int]]]", reason: Exception) -> None:
    if not answer.done():
        answer.set_exception(reason)


class Zygotes:
    """The zygotes of one executor, one a kind."""

    def __init__(self, setup: Callable[[Kind], plan.Setup]) -> None:
        self._setup = setup
        self._current: dict[Kind, Zygote] = {}
        self._next: dict[Kind, asyncio.Task[Zygote]] = {}
        """Those that are, or will be, ready to take over from the current ones."""
        self._starting: dict[Kind, asyncio.Lock] = {}
        self._all: list[Zygote] = []

    async def fork(self, kind: Kind, identity: plan.Identity, given: list[int]) -> tuple[Zygote, list[int]]:
        """Have a sandbox forked from the kind's zygote, or from another where that one is broken.

        Raises ZygoteFailedError, OSError.
        """
        zygote = await self._of(kind)
        try:
            return zygote, await zygote.fork(identity, given)
        except ZygoteFailedError as error:
            _log.warning("zygote_replaced", reason=str(error))
            zygote = await self._of(kind)
            return zygote, await zygote.fork(identity, given)

    def processes(self) -> set[int]:
        """Return those of all that there are: current, getting ready, or there for sandboxes that they forked."""
        return {zygote.process for zygote in self._all if not zygote.is_gone}

    async def prove(self, kind: Kind) -> None:
        """Start a zygote and end it. Raises ZygoteFailedError, OSError, SandboxUnavailableError."""
        await (await self._start(kind)).close()

    async def close(self, kind: Kind | None = None) -> None:
        """End a kind's zygote, or every one, once its sandboxes have ended."""
        for one in [kind] if kind else list(self._current):
            if coming := self._next.pop(one, None):
                coming.cancel()
                for unused in await asyncio.gather(coming, return_exceptions=True):
                    if isinstance(unused, Zygote):
                        await unused.close()
            if current := self._current.pop(one, None):
                await current.retire()

    async def _of(self, kind: Kind) -> Zygote:
        async with self._starting.setdefault(kind, asyncio.Lock()):
            current = self._current.get(kind)
            if current is None or current.is_stale:
                coming = self._next.pop(kind, None)
                successor = await (self._start(kind) if coming is None else coming)
                if coming is not None and successor.is_stale:  # it waited for too long, or died meanwhile
                    await successor.retire()
                    successor = await self._start(kind)
                self._current[kind] = successor
                if current is not None:
                    await current.retire()
            elif current.is_aging and kind not in self._next:
                self._next[kind] = asyncio.create_task(self._start(kind))
            return self._current[kind]

    async def _start(self, kind: Kind) -> Zygote:
        setup = self._setup(kind)
        zygote = Zygote.begin(kind)
        self._all = [one for one in self._all if not one.is_gone] + [zygote]
        await zygote.get_ready(setup)
        return zygote
