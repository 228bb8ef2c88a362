"""Frames: what is written is read, and what is no frame is refused with words."""

import asyncio
import struct

import pytest

from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxFinished, SandboxOutput, SandboxSpec
from crucible.executor import protocol


def reader_of(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_a_message_survives_the_wire() -> None:
    spec = SandboxSpec(
        runtime="python3.11",
        code="print('ü')",
        files={"a/b": b"\xff\0"},
        stdin=b"\xfe",
        argv=("x",),
        env={"K": "v"},
        limits=Limits(wall_seconds=1, cpu_seconds=None),
    )
    run = protocol.Run(run=7, spec=spec)
    assert await protocol.read_from_client(reader_of(protocol.encode(run))) == run


async def test_an_event_survives_the_wire() -> None:
    for message in (
        protocol.Output(run=1, event=SandboxOutput(stream="stderr", offset=3, data=b"\xff")),
        protocol.Finished(run=1, event=SandboxFinished(outcome=Outcome.SUCCEEDED, exit_code=0)),
    ):
        assert await protocol.read_from_server(reader_of(protocol.encode(message))) == message


async def test_the_end_between_frames_is_an_end() -> None:
    assert await protocol.read_from_client(reader_of(b"")) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0", "inside of a frame"),
        (struct.pack(">I", 10) + b"abc", "inside of a frame"),
        (struct.pack(">I", 0xFFFF_FFFF), "holds at most"),
        (struct.pack(">I", 3) + b"abc", "not a message"),
        (struct.pack(">I", 1) + b"\x80", "not a message"),
    ],
)
async def test_what_is_no_frame_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(protocol.ProtocolError, match=reason):
        await protocol.read_from_client(reader_of(data))


def test_a_frame_that_would_be_too_large_is_not_sent() -> None:
    huge = SandboxOutput(stream="stdout", offset=0, data=b"x" * protocol.MAXIMUM_FRAME_BYTES)
    with pytest.raises(protocol.ProtocolError, match="at most"):
        protocol.encode(protocol.Output(run=1, event=huge))
