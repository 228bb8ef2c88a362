"""A stream of an exec, as the executor reads it."""

import asyncio
import fcntl
import os
import tracemalloc

from crucible.domain.limits import MIB
from crucible.domain.session import ExecOutput
from crucible.sandbox.sessions.streams import Leftovers, Stream, Tail


async def test_what_is_in_a_pipe_at_the_programs_end_is_kept_also_where_it_made_that_larger() -> None:
    stream = Stream("stdout", 2 * MIB, None)
    fcntl.fcntl(stream.writing, fcntl.F_SETPIPE_SZ, MIB)
    written = os.write(stream.writing, b"x" * (MIB - 4) + b"last")
    stream.end()
    await stream.run()
    assert (written, stream.tail.total, stream.tail.bytes()[-4:]) == (MIB, MIB, b"last")
    os.write(stream.writing, b"of nobody's")
    leftovers = Leftovers()
    stream.leave_to(leftovers)
    leftovers.close()
    os.close(stream.writing)
    assert stream.tail.total == MIB


async def test_who_writes_a_byte_at_a_time_is_heard_a_hundred_times_a_second_at_the_most() -> None:
    heard: list[bytes] = []

    async def hear(output: ExecOutput) -> None:
        heard.append(output.data)

    stream = Stream("stdout", MIB, hear)
    running = asyncio.create_task(stream.run())
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(500):
        os.write(stream.writing, b"x")
        await asyncio.sleep(0)
    stream.end()
    await running
    seconds = loop.time() - began
    os.close(stream.writing)
    assert b"".join(heard) == b"x" * 500
    assert len(heard) <= seconds / 0.01 + 2


def test_what_is_kept_takes_the_memory_that_it_is_long_however_small_the_pieces() -> None:
    tail = Tail(MIB)
    tracemalloc.start()
    for number in range(200_000):
        tail.add(number.to_bytes(3, "big"))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tail.total == 600_000
    assert taken < MIB
    for _ in range(3):
        tail.add(bytes(MIB // 2) + b"end")
    assert len(tail.bytes()) == MIB
    assert tail.bytes().endswith(b"end")
