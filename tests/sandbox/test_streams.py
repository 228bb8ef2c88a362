"""A stream of an exec, as the executor reads it."""

import fcntl
import os

from crucible.domain.limits import MIB
from crucible.sandbox.sessions.streams import Leftovers, Stream


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
