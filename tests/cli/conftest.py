"""A server to talk to, and the command line in this process, its exit code and output caught."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crucible.cli.main import main
from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: bytes
    err: str


Command = Callable[..., Done]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving(tmp_path / "data", FakeExecutor()) as running:
        monkeypatch.setenv("CRUCIBLE_URL", running.url)
        yield running


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> Done:
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        captured = capfdbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, captured.out, captured.err.decode(errors="replace"))

    return run
