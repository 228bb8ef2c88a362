"""How containers end, as the engine tells it: the only one who knows, once a container has removed itself."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from crucible.sandbox.docker.engine import Engine

_BEHIND_SECONDS = 1.0


@dataclass(slots=True)
class Fate:
    """What has happened to one container."""

    engine_lost: str | None = None
    """Why nobody can know."""
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    spent: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where the kernel killed something in it for memory."""

    @property
    def out_of_memory(self) -> bool:
        """Whether it is known that the kernel killed something in it for memory."""
        return self.spent.is_set()

    async def died_of_memory(self) -> bool:
        """Tell that of a container that is dead: the engine tells of both in any order."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BEHIND_SECONDS):
                await self.spent.wait()
        return self.out_of_memory


class Fates:
    """Follows the engine's events for the containers of one executor."""

    def __init__(self, engine: Engine, label: str) -> None:
        self._engine = engine
        self._label = label
        self._fates: dict[str, Fate] = {}
        self._following: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def follow(self) -> None:
        """Return when events are being followed. Raises OSError where the engine can't be asked."""
        if self._following is not None and not self._following.done():
            return
        self._listening.clear()
        self._following = asyncio.create_task(self._follow())
        listening = asyncio.create_task(self._listening.wait())
        await asyncio.wait({listening, self._following}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if self._following.done():
            await self._following

    def expect(self, container: str) -> Fate:
        """Return what will be known of a container from now on."""
        return self._fates.setdefault(container, Fate())

    def forget(self, container: str) -> None:
        """Drop what is known of a container."""
        self._fates.pop(container, None)

    def is_alive(self, container: str) -> bool:
        """Tell whether nothing is known of its end."""
        fate = self._fates.get(container)
        return fate is not None and not fate.dead.is_set()

    async def learn(self, container: str, seconds: float) -> Fate:
        """Return a container's fate once it is dead, or what is known of it after so long."""
        fate = self._fates.get(container, Fate())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await fate.dead.wait()
        return fate

    async def close(self) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        lost = "it stopped"
        try:
            async with contextlib.aclosing(self._engine.events(self._label, self._listening)) as events:
                async for container, action in events:
                    if (fate := self._fates.get(container)) is None:
                        continue
                    if action == "oom":
                        fate.spent.set()
                    elif action in {"die", "destroy"}:
                        fate.dead.set()
        except OSError as error:
            lost = str(error)
            if not self._listening.is_set():
                raise
        finally:
            for fate in self._fates.values():
                if not fate.dead.is_set():
                    fate.engine_lost = lost
                    fate.dead.set()
