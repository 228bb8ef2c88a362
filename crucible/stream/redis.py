"""An event stream between processes, in Redis.

A holder tells its process's copy of the history, which is what finish writes; a task of the process carries what
is told to Redis, many events and evaluations at a time: it waits a moment for what else there is to tell, and no
longer once an evaluation closes. So most programs that are over soon cost one message. No holder waits for Redis,
nor for a reader, and while Redis is away evaluations run on; when it is back, what it lost is told again from that
copy.

Each evaluation has a Redis stream, whose entries' ids are the events' positions: a reader resumes behind any of
them, and reads at its own pace what Redis holds. The stream lives for as long as somebody tells, and a while
after its close, which is an entry as well. Who waits is woken by a message on one channel for all, which a process
hears only while it has readers: most processes never have one. Such a message may be lost; so a reader that hears
nothing for some seconds returns, as at a close, and its caller looks in the table.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from types import TracebackType
from typing import Any, Self

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from crucible.domain.event import Event
from crucible.ending import ended
from crucible.stream.stream import BEHIND_ALL, has_news
from crucible.stream.telling import CLOSED, NEWS, NOTHING, Position, Telling

_GATHER_SECONDS = 0.025
"""How long what is told waits for more, where nothing closes; output is told half as often at most."""
_LISTEN_SECONDS = 5.0
"""How long a process hears the news after its last reader left: the next one mostly comes sooner."""
_AT_ONCE = 100
_RETRY_SECONDS = 0.5
_MOST_CLOSES = 10_000
_MOST_HEARD = 10_000

_TELL = resources.files("crucible.stream").joinpath("tell.lua").read_text()
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_log = structlog.stdlib.get_logger(__name__)


class RedisEventStream:
    """See `EventStream`. It carries and hears from `async with` on."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._tell = redis.register_script(_TELL)
        self._told: dict[str, Telling] = {}
        self._untold: OrderedDict[str, Telling] = OrderedDict()
        self._work = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None
        self._read = asyncio.Event()
        """Whether there are readers, or were lately."""
        self._readers: dict[str, set[_Reader]] = {}
        self._heard: OrderedDict[str, Position] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._keep_telling()), asyncio.create_task(self._keep_hearing())]
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(TimeoutError, RedisError):
            async with asyncio.timeout(1):
                await self._tell_all()
        await ended(*self._tasks)

    def publish(self, event: Event) -> None:
        """See `EventStream`."""
        telling = self._telling(event.evaluation_id)
        if telling.take(event):
            self._untold[event.evaluation_id] = telling
            if self._later is None:
                self._later = asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._work.set)

    @contextmanager
    def subscribe(self, evaluation_id: str) -> Iterator["_Reader"]:
        """See `EventStream`."""
        reader = _Reader(self, evaluation_id, self._heard.get(evaluation_id, NOTHING))
        readers = self._readers.setdefault(evaluation_id, set())
        readers.add(reader)
        self._read.set()
        try:
            yield reader
        finally:
            readers.discard(reader)
            if not readers and self._readers.get(evaluation_id) is readers:
                del self._readers[evaluation_id]

    def held(self, evaluation_id: str, fence: int) -> Sequence[Event]:
        """See `EventStream`."""
        telling = self._told.get(evaluation_id)
        return telling.history.after((fence, -1)) if telling and telling.history.fence == fence else ()

    def close(self, evaluation_id: str, fence: int) -> None:
        """See `EventStream`."""
        telling = self._told.pop(evaluation_id, None)
        if telling and telling.history.fence > fence:
            self._told[evaluation_id] = telling
            return
        telling = telling or Telling()
        telling.closes = fence
        self._untold[evaluation_id] = telling
        self._work.set()
        while len(self._untold) > _MOST_CLOSES:  # Redis has been away for long; readers look in the table by then
            self._untold.popitem(last=False)

    async def entries(self, evaluation_id: str, position: Position) -> list[tuple[Position, bytes]]:
        """Return some of what Redis holds behind a position: where each stands, and its body."""
        fence, sequence = position
        begin = "-" if fence < 0 else f"({fence}-{sequence}"
        found: Any = await self._redis.xrange(_key(evaluation_id), min=begin, max="+", count=_AT_ONCE)
        return [(_place(entry), body.get(b"event", b"")) for entry, body in found]

    async def last(self, evaluation_id: str) -> Position:
        """Return the place of the last that Redis holds of an evaluation."""
        found: Any = await self._redis.xrevrange(_key(evaluation_id), count=1)
        return _place(found[0][0]) if found else NOTHING

    def hear(self, evaluation_id: str, place: Position) -> None:
        """Note that a reader was sent to the table for what stands here."""
        self._heard[evaluation_id] = max(place, self._heard.pop(evaluation_id, NOTHING))
        while len(self._heard) > _MOST_HEARD:
            self._heard.popitem(last=False)

    def _telling(self, evaluation_id: str) -> Telling:
        telling = self._told.get(evaluation_id)
        if telling is None:
            telling = self._told[evaluation_id] = Telling()
        return telling

    async def _keep_telling(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            if self._later:
                self._later.cancel()
                self._later = None
            try:
                await self._tell_all()
            except (RedisError, OSError) as error:
                _log.warning("events_not_told", reason=str(error))
                self._work.set()
                await asyncio.sleep(_RETRY_SECONDS)

    async def _tell_all(self) -> None:
        while self._untold:
            batch = [self._untold.popitem(last=False) for _ in range(min(_AT_ONCE, len(self._untold)))]
            try:
                answers = await self._send(batch)
            except BaseException:
                # Whatever arrived, Redis may have lost the rest, or more: each is told anew from its beginning.
                for evaluation_id, telling in reversed(batch):
                    telling.tell_anew()
                    self._untold.setdefault(evaluation_id, telling)
                    self._untold.move_to_end(evaluation_id, last=False)
                raise
            for (evaluation_id, telling), answer in zip(batch, answers, strict=True):
                if answer == b"lost":
                    telling.tell_anew()
                if answer == b"lost" or (answer == b"told" and telling.has_more):
                    self._untold.setdefault(evaluation_id, telling)

    async def _send(self, batch: Sequence[tuple[str, Telling]]) -> list[bytes]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for evaluation_id, telling in batch:
                arguments = telling.arguments(evaluation_id)
                await self._tell(keys=[_key(evaluation_id)], args=arguments, client=pipeline)
            answers: list[bytes] = await pipeline.execute()
        return answers

    async def _keep_hearing(self) -> None:
        while True:
            await self._read.wait()
            try:
                await self._hear_while_read()
            except (RedisError, OSError) as error:
                _log.warning("events_not_heard", reason=str(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _hear_while_read(self) -> None:
        clock = asyncio.get_running_loop().time
        async with self._redis.pubsub(ignore_subscribe_messages=True) as news:
            await news.subscribe(NEWS)
            self._wake(list(self._readers))  # they may have missed something
            read_at = clock()
            while clock() < read_at + _LISTEN_SECONDS:
                message = await news.get_message(timeout=_LISTEN_SECONDS)
                if message:
                    self._wake([message["data"].decode(errors="replace")])
                if self._readers:
                    read_at = clock()
            self._read.clear()  # before anything is waited for: who reads from now on is heard

    def _wake(self, evaluation_ids: Sequence[str]) -> None:
        for evaluation_id in evaluation_ids:
            for reader in self._readers.get(evaluation_id, ()):
                reader.news.set()


class _Reader:
    """See `Subscription`."""

    def __init__(self, stream: RedisEventStream, evaluation_id: str, heard: Position) -> None:
        self._stream = stream
        self._evaluation_id = evaluation_id
        self._heard = heard
        self.news = asyncio.Event()

    async def after(self, position: Position) -> AsyncIterator[Event]:
        """See `Subscription`."""
        while True:
            self.news.clear()
            try:
                entries = (
                    await self._stream.entries(self._evaluation_id, position) if position < BEHIND_ALL else []
                )
                last = entries[-1][0] if entries else await self._stream.last(self._evaluation_id)
            except (RedisError, OSError):
                await asyncio.sleep(_RETRY_SECONDS)
                return
            for place, body in entries:
                if self._is_for_the_table(place, position):
                    return
                position = place
                if place[1] == CLOSED:
                    continue
                try:
                    event = _EVENT.validate_json(body)
                except ValidationError:
                    _log.warning("foreign_event_refused", evaluation=self._evaluation_id, position=position)
                    await asyncio.sleep(_RETRY_SECONDS)
                    return
                yield event
            if not entries and (self._is_for_the_table(last, position) or not await has_news(self.news)):
                return

    def _is_for_the_table(self, place: Position, position: Position) -> bool:
        """Whether our caller has to look in the table before it hears what stands at this place.

        So it is at a close, and where another holder begins to speak: what became of the attempt before may have
        come to the table after the last look. The next subscription begins after this one was sent there, so it
        needs not be sent for the same again.
        """
        another = place[0] > max(position[0], self._heard[0])
        if another or (place[1] == CLOSED and place > self._heard):
            self._stream.hear(self._evaluation_id, place)
            return True
        return False


def _key(evaluation_id: str) -> str:
    return f"crucible:events:{evaluation_id}"


def _place(entry: bytes) -> Position:
    fence, _, sequence = entry.partition(b"-")
    return int(fence), int(sequence)
