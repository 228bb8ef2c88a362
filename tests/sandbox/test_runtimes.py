"""Finding runtimes: what answers is one, what doesn't isn't."""

import sys
from pathlib import Path

import pytest
import structlog

from crucible.domain.sandbox import RuntimeReport
from crucible.sandbox import runtimes


async def test_every_interpreter_of_this_host_is_found_once() -> None:
    found = await runtimes.discover()
    names = [runtime.report.name for runtime in found]
    assert len(names) == len(set(names))
    assert {"bash", "c", "cpp", f"python3.{sys.version_info.minor}"} <= set(names)


async def test_python_means_the_newest_release() -> None:
    found = await runtimes.discover()
    pythons = [runtime for runtime in found if runtime.report.language == "python"]
    newest = max(pythons, key=lambda runtime: [int(part) for part in runtime.report.version.split(".")])
    assert found.get("python") is found.get("python3") is found.get(newest.report.name) is newest
    assert found.get("cobol") is None


async def test_python_means_another_where_that_is_preferred() -> None:
    own = f"python3.{sys.version_info.minor}"
    found = await runtimes.discover(own)
    assert found.get("python") is found.get(own)
    assert [runtime.report.name for runtime in found if "python" in runtime.report.aliases] == [own]


def test_a_preview_is_older_than_any_release() -> None:
    def version(text: str) -> runtimes.Runtime:
        report = RuntimeReport(name="python", language="python", version=text, entrypoint="main.py")
        return runtimes.Runtime(report=report, interpreter="", prefix="", compile_arguments=(), run_arguments=())

    ordered = sorted([version("3.14.1"), version("3.15.0a2"), version("3.9.10")], key=runtimes._age)
    assert [runtime.report.version for runtime in ordered] == ["3.15.0a2", "3.9.10", "3.14.1"]


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


async def test_what_hangs_is_no_runtime_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impostor = tmp_path / "python3"
    impostor.write_text("#!/bin/sh\nexec sleep 60\n")
    impostor.chmod(0o755)
    monkeypatch.setattr(runtimes, "_PROBE_SECONDS", 0.2)
    with structlog.testing.capture_logs() as said:
        assert await runtimes._probe(str(impostor), {"probe": []}) is None
    assert [(line["event"], line["path"]) for line in said] == [("runtime_left_out", str(impostor))]
