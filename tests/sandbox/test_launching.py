"""What a launcher's start can come to, where it doesn't serve."""

import pytest

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox import launching
from crucible.sandbox.launching import Launcher


async def test_a_launcher_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "_START_SECONDS", 0.1)
    with pytest.raises(SandboxUnavailableError, match=r"did not start within 0\.1 s"):
        await Launcher.start(("-c", "import time; time.sleep(600)"))


async def test_a_launcher_that_ends_at_once_is_told_of_with_its_exit_code() -> None:
    with pytest.raises(SandboxUnavailableError, match="ended at its start with 3"):
        await Launcher.start(("-c", "raise SystemExit(3)"))
