"""What worker and executor say to each other over a Unix socket.

A frame is four bytes of length, big-endian, and a MessagePack map with a `type`. Both sides open with a hello;
a version that differs ends the connection with words, not with a misread frame. One connection carries many
runs, told apart by `run`; what is said of sessions stands in `session_messages`.
"""

import asyncio
import struct
from typing import Any

import msgspec

from crucible.domain.log_level import Level
from crucible.domain.sandbox import (
    DriverReport,
    RuntimeReport,
    SandboxAttempt,
    SandboxFile,
    SandboxFinished,
    SandboxOutput,
    SandboxProgress,
    SandboxSample,
    SandboxSpec,
    SandboxStarted,
)
from crucible.executor.session_messages import SessionAnswer, SessionRequest

VERSION = 8
MAXIMUM_FRAME_BYTES = 64 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class _Message(msgspec.Struct, tag_field="type", kw_only=True):
    """A frame's content."""


class Hello(_Message, tag="hello"):
    """The client's first frame."""

    version: int = VERSION


class Welcome(_Message, tag="welcome"):
    """The server's answer: what it can run."""

    version: int = VERSION
    runtimes: tuple[RuntimeReport, ...] = ()


class Refusal(_Message, tag="refusal"):
    """The server won't talk to this client; the connection ends after it."""

    reason: str


class Survey(_Message, tag="survey"):
    """Ask which engines there are. Answered by `Surveyed`, the first time only when each was tried out."""


class Surveyed(_Message, tag="surveyed"):
    """Every engine, and what it gives on the executor's host, or why it can't."""

    drivers: tuple[DriverReport, ...]


class LogLevel(_Message, tag="log-level"):
    """Write to the log from this level on; without one, from where it began. There is no answer."""

    level: Level | None


class Run(_Message, tag="run"):
    """Run a program. The server answers with the run's events, `Finished` last."""

    run: int
    spec: SandboxSpec


class Stop(_Message, tag="stop"):
    """End a run now; its outcome is `cancelled`. A run that already ended is left as it is."""

    run: int


class Started(_Message, tag="started"):
    """See `SandboxStarted`."""

    run: int
    event: SandboxStarted


class Output(_Message, tag="output"):
    """See `SandboxOutput`."""

    run: int
    event: SandboxOutput


class Sample(_Message, tag="sample"):
    """See `SandboxSample`."""

    run: int
    event: SandboxSample


class Attempt(_Message, tag="attempt"):
    """See `SandboxAttempt`."""

    run: int
    event: SandboxAttempt


class Progress(_Message, tag="progress"):
    """See `SandboxProgress`."""

    run: int
    event: SandboxProgress


class File(_Message, tag="file"):
    """See `SandboxFile`."""

    run: int
    event: SandboxFile


class Finished(_Message, tag="finished"):
    """See `SandboxFinished`."""

    run: int
    event: SandboxFinished


FromClient = Hello | Survey | LogLevel | Run | Stop | SessionRequest
RunEvent = Started | Output | Sample | Attempt | Progress | File | Finished
FromServer = Welcome | Refusal | Surveyed | RunEvent | SessionAnswer

_encoder = msgspec.msgpack.Encoder()
_from_client: msgspec.msgpack.Decoder[FromClient] = msgspec.msgpack.Decoder(FromClient)
_from_server: msgspec.msgpack.Decoder[FromServer] = msgspec.msgpack.Decoder(FromServer)


class ProtocolError(Exception):
    """The other side sent what is no frame of this protocol."""


def encode(message: FromClient | FromServer) -> bytes:
    """Return the message as one frame."""
    body = _encoder.encode(message)
    if len(body) > MAXIMUM_FRAME_BYTES:
        raise ProtocolError(f"a frame holds at most {MAXIMUM_FRAME_BYTES} bytes, this one would have {len(body)}")
    return _LENGTH.pack(len(body)) + body


async def read_from_client(reader: asyncio.StreamReader) -> FromClient | None:
    """Return the client's next message, or None at the end. Raises ProtocolError."""
    message: FromClient | None = await _read(reader, _from_client)
    return message


async def read_from_server(reader: asyncio.StreamReader) -> FromServer | None:
    """Return the server's next message, or None at the end. Raises ProtocolError."""
    message: FromServer | None = await _read(reader, _from_server)
    return message


async def _read(reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[Any]) -> Any:
    try:
        head = await reader.readexactly(_LENGTH.size)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ProtocolError("the connection ended inside of a frame") from error
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAXIMUM_FRAME_BYTES:
        raise ProtocolError(f"a frame holds at most {MAXIMUM_FRAME_BYTES} bytes, this one claims {length}")
    try:
        return decoder.decode(await reader.readexactly(length))
    except asyncio.IncompleteReadError as error:
        raise ProtocolError("the connection ended inside of a frame") from error
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"not a message of this protocol: {error}") from error
