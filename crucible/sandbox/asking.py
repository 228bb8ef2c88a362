"""Asking a program of the host something, such as its version.

It answers into memory. A pipe has its end when nobody holds it any more, only then asyncio takes a process to have
ended, and what a program left running may hold it for ever.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence

_MOST_BYTES = 64 * 1024


async def ask(
    command: Sequence[str], *, seconds: float, environment: Mapping[str, str], errors: bool = False
) -> tuple[int, bytes]:
    """Return a command's exit code and the first bytes that it printed, `errors` among them or not.

    Raises OSError where it can't be started, and TimeoutError where it doesn't end in time; then it is killed,
    with what it started.
    """
    answer = os.memfd_create("answer", os.MFD_CLOEXEC)
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=answer,
            stderr=asyncio.subprocess.STDOUT if errors else asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(seconds):
                code = await process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            raise
        return code, os.pread(answer, _MOST_BYTES, 0)
    finally:
        os.close(answer)
