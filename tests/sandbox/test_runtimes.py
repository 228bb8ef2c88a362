"""Finding runtimes: what answers is one, what doesn't isn't."""

import sys
from pathlib import Path

import pytest
import structlog

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import RuntimeReport
from crucible.sandbox.runtimes import declared, on_host
from crucible.sandbox.runtimes.declared import newest_first
from crucible.sandbox.runtimes.known import KnownRuntimes, Runtimes
from crucible.sandbox.runtimes.on_host import discover
from crucible.sandbox.runtimes.runtime import Runtime


async def test_every_interpreter_of_this_host_is_found_once() -> None:
    found = await discover()
    names = [runtime.report.name for runtime in found]
    assert len(names) == len(set(names))
    assert {"bash", "c", "cpp", f"python3.{sys.version_info.minor}"} <= set(names)


async def test_python_means_the_newest_release() -> None:
    found = await discover()
    pythons = [runtime for runtime in found if runtime.report.language == "python"]
    newest = max(pythons, key=lambda runtime: [int(part) for part in runtime.report.version.split(".")])
    assert found.get("python") is found.get("python3") is found.get(newest.report.name) is newest
    assert found.get("cobol") is None


async def test_python_means_another_where_that_is_preferred() -> None:
    own = f"python3.{sys.version_info.minor}"
    found = await discover(own)
    assert found.get("python") is found.get(own)
    assert [runtime.report.name for runtime in found if "python" in runtime.report.aliases] == [own]


def test_a_preview_is_older_than_any_release() -> None:
    def version(text: str) -> Runtime:
        report = RuntimeReport(name="python", language="python", version=text, entrypoint="main.py")
        return Runtime(report=report, interpreter="", prefix="", compile_arguments=(), run_arguments=())

    ordered = sorted([version("3.14.1"), version("3.15.0a2"), version("3.9.10")], key=declared._age)
    assert [runtime.report.version for runtime in ordered] == ["3.15.0a2", "3.9.10", "3.14.1"]


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\nexit 3\n",
        "#!/bin/sh\n",
        "#!/bin/sh\necho usage: python3 FILE\n",
        "#!/bin/sh\necho 3.11.7; echo /usr/bin/python3\n",
        "#!/no/such/interpreter\n",
        "not a program",
    ],
    ids=["fails", "silent", "no version", "no folder", "unstartable", "no program"],
)
async def test_what_does_not_answer_is_no_runtime(tmp_path: Path, script: str) -> None:
    impostor = tmp_path / "python3"
    impostor.write_text(script)
    impostor.chmod(0o755)
    assert await on_host._probe(str(impostor), {"probe": []}) is None


async def test_what_hangs_is_no_runtime_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impostor = tmp_path / "python3"
    impostor.write_text("#!/bin/sh\nexec sleep 60\n")
    impostor.chmod(0o755)
    monkeypatch.setattr(on_host, "_PROBE_SECONDS", 0.2)
    with structlog.testing.capture_logs() as said:
        assert await on_host._probe(str(impostor), {"probe": []}) is None
    assert [(line["event"], line["path"]) for line in said] == [("runtime_left_out", str(impostor))]


_TOY = {
    "language": "toy",
    "name": "toy{major}",
    "product": "Toy",
    "aliases": ["toy"],
    "entrypoint": "main.toy",
    "probe": [],
    "run": ["{interpreter}"],
}


def _install(path: Path, answer: str) -> None:
    """Put a program in place of what is there, as a package manager does."""
    beside = path.with_suffix(".new")
    beside.write_text(f"#!/bin/sh\n{answer}\n")
    beside.chmod(0o755)
    beside.replace(path)


@pytest.mark.parametrize(
    ("prefix", "cover"),
    [("/tmp/python", "/tmp"), ("/tmp", "/tmp"), ("/workspace/python", "/workspace"), ("/tmpfs/python", None)],
)
async def test_what_a_sandboxs_own_folder_would_hide_is_left_out_and_that_is_said(
    tmp_path: Path, prefix: str, cover: str | None
) -> None:
    toy = tmp_path / "toy"
    _install(toy, f"echo 1.2; echo {prefix}/bin/toy; echo {prefix}")
    with structlog.testing.capture_logs() as said:
        found = await on_host._probe(str(toy), _TOY)
    assert (found is None) == (cover is not None)
    assert [(line["event"], f"below {cover}," in line["reason"]) for line in said] == (
        [("runtime_left_out", True)] if cover else []
    )


async def _known(path: Path) -> KnownRuntimes:
    found = newest_first(filter(None, [await on_host._probe(str(path), _TOY)]), _TOY, None)
    return KnownRuntimes(Runtimes(found), {})


async def test_what_was_replaced_is_asked_again_and_what_was_not_is_not(tmp_path: Path) -> None:
    toy, asked = tmp_path / "toy", tmp_path / "asked"
    _install(toy, f"echo >> {asked}; echo 1.2.0")
    known = await _known(toy)
    before = await known.find("toy1", None)
    assert await known.find("toy", None) is before
    assert (before.release(), asked.read_text()) == ("Toy 1.2.0", "\n")
    _install(toy, "echo 1.2.1")
    after = await known.find("toy1", None)
    assert (after.release(), after.report.aliases) == ("Toy 1.2.1", ("toy",))
    assert after.file != before.file
    with toy.open("a") as file:  # written to where it stands, which leaves it its inode
        file.write("# the same\n")
    assert (await known.find("toy", None)).file != after.file


async def test_what_is_another_release_now_has_its_name_and_the_aliases(tmp_path: Path) -> None:
    toy = tmp_path / "toy"
    _install(toy, "echo 1.9.0")
    known = await _known(toy)
    _install(toy, "echo 2.0.0")
    with pytest.raises(SandboxUnavailableError, match="no runtime 'toy1' here; there are: toy2"):
        await known.find("toy1", None)
    assert (await known.find("toy", None)).release() == "Toy 2.0.0"


async def test_what_does_not_answer_in_the_midst_of_an_upgrade_is_asked_by_the_next(tmp_path: Path) -> None:
    toy = tmp_path / "toy"
    _install(toy, "echo 1.2.0")
    known = await _known(toy)
    toy.unlink()
    with pytest.raises(SandboxUnavailableError, match="the runtime 'toy1' was replaced"):
        await known.find("toy", None)
    _install(toy, "echo 1.3.0")
    assert (await known.find("toy", None)).release() == "Toy 1.3.0"
