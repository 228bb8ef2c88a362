"""The executor's half of a session whose container takes nothing but bytes, against what the other half may send.

That both halves fit is tested with real containers. The relay here is played, as a real one sends nothing odd, and
none can be made to send so much at once.
"""

import asyncio
import fcntl
import json
import os
import resource
import select
import socket
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

import pytest
import pytest_asyncio

from crucible.sandbox import report
from crucible.sandbox.docker import session_wire as wire
from crucible.sandbox.docker.session_link import SessionLink, _Outlet
from crucible.sandbox.sessions import plan
from crucible.sandbox.sessions.streams import PIPE_BYTES
from tests.waiting import until

if TYPE_CHECKING:
    from crucible.sandbox.docker.standing import Container

pytestmark = pytest.mark.asyncio

STDOUT, STDERR, FAILURE = (wire.STREAM.pack(1, which) for which in range(wire.OUTPUTS))


class PlayedRelay:
    """What a link takes for a container, and what goes into and comes out of that."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.says: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue()
        self.has_input = True

    async def send(self, part: bytes) -> None:
        self.sent += part

    def close_input(self) -> None:
        self.has_input = False

    async def receive(self) -> tuple[bytes, bytes]:
        return await self.says.get()

    def say(self, kind: bytes, *content: bytes) -> None:
        self.says.put_nowait((kind, b"".join(content)))

    async def hear(self) -> tuple[bytes, bytes]:
        """Return the next frame."""

        async def is_there() -> bool:
            return len(self.sent) >= report.HEAD.size + (
                report.HEAD.unpack_from(self.sent)[1] if len(self.sent) >= report.HEAD.size else 0
            )

        await until(is_there)
        kind, size = report.HEAD.unpack_from(self.sent)
        content = bytes(self.sent[report.HEAD.size : report.HEAD.size + size])
        del self.sent[: report.HEAD.size + size]
        return kind, content


class Order:
    """One order's descriptors, as whoever follows it has them."""

    def __init__(self, link: SessionLink, stdin: bytes = b"") -> None:
        self.message = plan.message(plan.Kind.ORDER, number=1)
        self.what = plan.Order(purpose=plan.Purpose.EXEC, user="root", argv=["true"], environment={})
        self.stdout, stdout = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.stderr, stderr = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.failure, telling = (end.detach() for end in socket.socketpair())
        for pipe in (stdout, stderr):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        given = [plan.write(self.what), plan.readable(stdin), stdout, stderr, telling]
        socket.send_fds(link.channel, [self.message], given)
        for descriptor in given:
            os.close(descriptor)

    def close(self) -> None:
        for descriptor in (self.stdout, self.stderr, self.failure):
            os.close(descriptor)


@pytest.fixture
def relay() -> PlayedRelay:
    return PlayedRelay()


@pytest_asyncio.fixture
async def link(relay: PlayedRelay) -> AsyncIterator[SessionLink]:
    link = SessionLink(cast("Container", relay))
    yield link
    link.channel.close()
    await link.close()


async def told(link: SessionLink) -> bytes:
    """Return the next message that whoever holds the session gets; empty at its end."""
    return await asyncio.get_running_loop().sock_recv(link.channel, plan.MESSAGE_BYTES)


def there(descriptor: int) -> bytes:
    """Return all that is there to be read."""
    data = b""
    while select.select([descriptor], [], [], 0)[0] and (part := os.read(descriptor, PIPE_BYTES)):
        data += part
    return data


async def test_an_order_goes_in_whole_and_what_comes_of_it_goes_where_it_said(
    link: SessionLink, relay: PlayedRelay
) -> None:
    order = Order(link, stdin=b"in" * 2**20)
    kind, content = await relay.hear()
    number, message_bytes, order_bytes = wire.ORDER_HEAD.unpack_from(content)
    rest = content[wire.ORDER_HEAD.size :]
    assert (kind, number) == (wire.ORDER, 1)
    assert rest[:message_bytes] == order.message
    assert rest[message_bytes:][:order_bytes] == plan.encode(order.what)
    assert rest[message_bytes + order_bytes :] == b"in" * 2**20
    relay.say(wire.WRITTEN, STDERR, b"err")
    relay.say(wire.WRITTEN, STDOUT, b"out")
    relay.say(wire.WRITTEN, FAILURE, b"why")
    relay.say(wire.MESSAGE, plan.message(plan.Kind.ENDED, number=1))
    assert json.loads(await told(link)) == {"kind": plan.Kind.ENDED, "number": 1}
    assert (there(order.stdout), there(order.stderr), there(order.failure)) == (b"out", b"err", b"why")
    for stream in (STDOUT, STDERR, FAILURE):
        relay.say(wire.ALL_WRITTEN, stream)

    async def at_its_end() -> bool:
        return bool(select.select([order.stdout], [], [], 0)[0]) and not os.read(order.stdout, 1)

    await until(at_its_end)
    order.close()


async def test_an_end_waits_for_no_reader_and_loses_nothing(link: SessionLink, relay: PlayedRelay) -> None:
    order = Order(link)
    await relay.hear()
    taken = 0
    relay.say(wire.WRITTEN, STDOUT, b"x" * wire.ROOM_BYTES)
    while taken < PIPE_BYTES - wire.ROOM_BYTES - wire.LAST_BYTES:
        kind, content = await relay.hear()
        assert (kind, content[: wire.STREAM.size]) == (wire.TAKEN, STDOUT)
        amount = wire.AMOUNT.unpack_from(content, wire.STREAM.size)[0]
        taken += amount
        relay.say(wire.WRITTEN, STDOUT, b"x" * amount)
    relay.say(wire.WRITTEN, STDOUT, b"y" * wire.LAST_BYTES)
    relay.say(wire.MESSAGE, plan.message(plan.Kind.ENDED, number=1))
    assert json.loads(await told(link))["kind"] == plan.Kind.ENDED
    written = there(order.stdout)
    assert written.rstrip(b"y") == b"x" * (wire.ROOM_BYTES + taken)
    assert written.count(b"y") == wire.LAST_BYTES
    order.close()


async def test_whoever_writes_to_nobody_learns_of_it(link: SessionLink, relay: PlayedRelay) -> None:
    order = Order(link)
    await relay.hear()
    order.close()
    relay.say(wire.WRITTEN, STDOUT, b"to nobody")
    assert await relay.hear() == (wire.UNWANTED, STDOUT)
    relay.say(wire.WRITTEN, STDOUT, b"on its way meanwhile")
    relay.say(wire.MESSAGE, plan.message(plan.Kind.ENDED, number=1))
    assert json.loads(await told(link))["kind"] == plan.Kind.ENDED


async def test_an_executor_without_a_descriptor_to_spare_says_that_an_order_never_began(
    link: SessionLink, relay: PlayedRelay
) -> None:
    order = Order(link)
    bound = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)
    os.close(spare)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, bound[1]))
    try:
        answer = await told(link)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, bound)
    assert json.loads(answer) == {"kind": plan.Kind.ENDED, "number": 1}
    assert not relay.sent
    order.close()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (wire.MESSAGE, b"{"),
        (wire.MESSAGE, b"[]"),
        (wire.MESSAGE, b'{"kind": "ended"}'),
        (wire.WRITTEN, b""),
        (wire.WRITTEN, wire.STREAM.pack(1, wire.OUTPUTS)),
        (b"?", STDOUT),
        (wire.WRITTEN, STDOUT + b"x" * 2**21),
    ],
)
async def test_what_makes_no_sense_ends_the_session(
    link: SessionLink, relay: PlayedRelay, kind: bytes, content: bytes
) -> None:
    order = Order(link)
    await relay.hear()
    relay.say(kind, content)
    assert await told(link) == b""

    async def has_no_input() -> bool:
        return not relay.has_input

    await until(has_no_input)
    order.close()


async def test_a_container_that_is_gone_ends_the_session(link: SessionLink, relay: PlayedRelay) -> None:
    relay.say(wire.MESSAGE, plan.message(plan.Kind.BROKEN, error="why"))
    relay.say(b"")
    assert json.loads(await told(link))["error"] == "why"
    assert await told(link) == b""


class Piece(bytes):
    """Bytes that know how often they were measured."""

    measured = 0

    def __len__(self) -> int:
        type(self).measured += 1
        return super().__len__()


async def test_bytes_that_wait_for_a_slow_reader_one_by_one_are_each_measured_once() -> None:
    """Who measured all of them for each that came, as a program may write them, had no time for anybody else."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    outlet = _Outlet(writing)
    outlet.resize(4096)
    outlet.put(bytes(4096))
    for _ in range(1000):
        outlet.put(Piece(b"x"))
    assert outlet.holds_something
    measured = Piece.measured
    os.read(reading, 4096)
    outlet.flush()
    assert os.read(reading, 4096) == b"x" * 1000
    outlet.close()
    os.close(reading)
    assert measured <= 3000
