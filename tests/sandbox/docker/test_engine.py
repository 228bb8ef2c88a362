"""Where an engine is looked for, and which one is refused."""

import asyncio
from pathlib import Path

import pytest

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox.docker.driver import DockerDriver
from crucible.sandbox.docker.engine import AddressError, address


@pytest.mark.parametrize(
    "named", ["tcp://127.0.0.1:2375", "ssh://host", "/var/run/docker.sock", "unix://relative", "x"]
)
def test_only_a_unix_socket_of_this_machine_is_spoken_to(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", named)
    with pytest.raises(AddressError, match="only an engine on this machine"):
        address()


def test_the_named_socket_comes_before_the_usual_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/named.sock")
    assert address() == f"{tmp_path}/named.sock"
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "docker.sock").touch()
    assert address() in {"/var/run/docker.sock", f"{tmp_path}/docker.sock"}


async def test_an_engine_that_is_not_there_is_named_with_what_starts_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SandboxUnavailableError) as caught:
        await DockerDriver.open()
    assert "none.sock" in caught.value.detail
    assert "sudo systemctl start docker" in caught.value.detail


async def test_an_address_elsewhere_is_a_reason_not_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(SandboxUnavailableError) as caught:
        await DockerDriver.open()
    assert "export DOCKER_HOST=unix://" in caught.value.detail


@pytest.mark.parametrize(
    "said", [b"[]", b"null", b'{"Runtimes": {"runc": 1}}', b'{"SecurityOptions": 7}', b"<html>", b"[" * 100_000]
)
async def test_an_engine_that_answers_otherwise_than_the_api_says_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: bytes
) -> None:
    """Whatever else came of it would end the survey of all engines."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))
        writer.close()

    path = tmp_path / "engine.sock"
    async with await asyncio.start_unix_server(answer, path):
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        with pytest.raises(SandboxUnavailableError):
            await DockerDriver.open()
