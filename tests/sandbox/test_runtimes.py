"""Finding runtimes: what answers is one, what doesn't isn't."""

import sys
from pathlib import Path

import pytest

from crucible.sandbox import runtimes


async def test_every_interpreter_of_this_host_is_found_once() -> None:
    found = await runtimes.discover()
    names = [runtime.report.name for runtime in found]
    assert len(names) == len(set(names))
    assert {"bash", "c", "cpp", f"python3.{sys.version_info.minor}"} <= set(names)


async def test_python_means_the_one_that_runs_crucible() -> None:
    found = await runtimes.discover()
    python = found.get("python")
    assert python is not None
    assert Path(python.interpreter) == Path(sys.executable).resolve()
    assert found.get("python3") is python
    assert found.get(python.report.name) is python
    assert found.get("cobol") is None


@pytest.mark.parametrize(
    "script",
    ["#!/bin/sh\nexit 3\n", "#!/bin/sh\n", "#!/no/such/interpreter\n", "not a program"],
    ids=["fails", "silent", "unstartable", "no program"],
)
async def test_what_does_not_answer_is_no_runtime(tmp_path: Path, script: str) -> None:
    impostor = tmp_path / "python3"
    impostor.write_text(script)
    impostor.chmod(0o755)
    assert await runtimes._probe(str(impostor), {"probe": []}) is None


async def test_what_hangs_is_no_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impostor = tmp_path / "python3"
    impostor.write_text("#!/bin/sh\nexec sleep 60\n")
    impostor.chmod(0o755)
    monkeypatch.setattr(runtimes, "_PROBE_SECONDS", 0.2)
    assert await runtimes._probe(str(impostor), {"probe": []}) is None
