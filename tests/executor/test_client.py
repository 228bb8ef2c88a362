"""What a client learns of a connection to the executor that breaks."""

import asyncio
from pathlib import Path

import pytest

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.sandbox import SandboxSpec
from crucible.executor import protocol
from crucible.executor.client import ExecutorClient


async def test_a_run_whose_executor_sends_what_cannot_be_read_is_lost_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "executor.sock"

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await protocol.read_from_client(reader)
        writer.write(protocol.encode(protocol.Welcome()))
        await protocol.read_from_client(reader)
        writer.write((4).to_bytes(4, "big") + b"\xc1\xc1\xc1\xc1")
        writer.close()

    async with await asyncio.start_unix_server(speak, path):
        client = await ExecutorClient.connect(path)
        with pytest.raises(
            ExecutorUnavailableError, match=r"can't be read \(not a message of this protocol.* the run"
        ):
            [event async for event in client.run(SandboxSpec(runtime="python", code=""))]
        await client.close()
