"""A root file system made here of nothing but a static busybox, and programs in it, on every engine."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxSpec
from crucible.domain.session import EndReason, ExecSpec, SessionSpec
from crucible.sandbox.engines import ENGINES
from crucible.sandbox.images import Images
from crucible.sandbox.runtimes import in_images
from crucible.sandbox.runtimes.in_images import discover_in
from crucible.sandbox.runtimes.known import KnownRuntimes, Runtimes
from crucible.sandbox.tree import tree
from tests.sandbox.fixtures import Sandboxes, on_engine

BUSYBOX = shutil.which("busybox") or ""
_OURS = ("etc", "workspace", "tmp", "proc", "dev", "sys", "run", ".scratch", ".crucible", ".accounts")
"""What an image may have in the place of what a sandbox makes for itself."""
here = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Images:
    """Images `small`, whole as busybox makes it, and `bare`, in which there is nothing to run."""
    assert BUSYBOX, "this needs a static busybox: apt-get install busybox-static"
    folder = tmp_path_factory.mktemp("images")
    small = folder / "small"
    for name in ("bin", "etc", "usr/bin", "tmp", "proc"):
        (small / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, small / "bin" / "busybox")
    for applet in ("sh", "ls", "cat", "id"):
        (small / "bin" / applet).symlink_to("busybox")
    (small / "sbin").symlink_to("bin")
    (small / "etc" / "release").write_text("small 1.0\n")
    (small / "etc" / "passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (small / "outside").symlink_to(__file__)
    (small / "tmp" / "of-the-image").touch()
    (folder / "bare").mkdir()
    (folder / "Not_A_Name").mkdir()
    (folder / "linked").symlink_to("/etc")
    for path in (folder, small, *small.rglob("*")):
        if not path.is_symlink() and path.is_dir():
            path.chmod(0o755)
    return Images(folder)


def test_an_image_is_a_folder_with_a_plain_name(images: Images) -> None:
    assert images.names() == ["bare", "small"]
    for name in ("../etc", "linked", "Not_A_Name", "", ".", "small/bin"):
        with pytest.raises(KeyError):
            images.prefix(name)


def test_without_a_folder_there_are_no_images(tmp_path: Path) -> None:
    assert Images(tmp_path / "none").names() == []


def test_no_link_of_an_image_is_followed_on_the_host(images: Images) -> None:
    shown = tree(images.prefix("small"))
    assert ("/outside", __file__) in shown.links
    folder = os.path.realpath(images.folder / "small")
    assert all(source.startswith(f"{folder}/") and not Path(source).is_symlink() for source, _ in shown.binds)
    assert not {"/tmp", "/proc", "/dev", "/sys"} & {path for _, path in shown.binds}


async def test_what_is_asked_for_is_there_or_named() -> None:
    known = KnownRuntimes(Runtimes([]), {"bare": Runtimes([])})
    with pytest.raises(SandboxUnavailableError, match="no image 'other'; there are: bare"):
        await known.find("python", "other")
    with pytest.raises(SandboxUnavailableError, match="no runtime 'python' in the image bare; there are: none"):
        await known.find("python", "bare")


@here
@pytest.mark.usefixtures("nothing_left")
async def test_a_program_runs_in_an_image_and_sees_nothing_else(sandboxes: Sandboxes, images: Images) -> None:
    found = await discover_in(images, sandboxes.driver)
    assert [runtime.report.name for runtime in found["bare"]] == []
    assert [(runtime.report.name, runtime.report.image) for runtime in found["small"]] == [("busybox", "small")]
    ran = await sandboxes.run_with(
        next(iter(found["small"])),
        SandboxSpec(
            runtime="busybox",
            image="small",
            code="cat /etc/release /etc/hostname; id -un; ls /usr/bin /tmp; cat /outside; ls /root; "
            "echo x > /bin/x; echo made > made; exit 3",
        ),
    )
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 3)
    assert ran.text == "small 1.0\nsandbox\nsandbox\n/tmp:\n\n/usr/bin:\n"
    assert ran.files == {"made": b"made\n"}
    assert b"Read-only file system" in ran.output("stderr") or b"Permission denied" in ran.output("stderr")


@here
@pytest.mark.usefixtures("nothing_left", "sessions_possible")
@on_engine(*ENGINES)
async def test_a_session_of_an_image_has_its_programs_and_a_root_of_its_own(
    sandboxes: Sandboxes, images: Images
) -> None:
    session = await sandboxes.open_session(SessionSpec(), images.prefix("small"))
    try:
        script = (
            "cat /etc/release; cat /etc/hostname; ls /usr/bin /tmp; cat /outside; id -u; echo x > /bin/x; "
            "echo mine > /etc/mine; echo mine > /root/mine; cat /etc/mine /root/mine; ls -d /.crucible"
        )
        ran = await session.exec(ExecSpec(argv=("sh", "-c", script)), None)
        assert ran.stdout == b"small 1.0\nsession\n/tmp:\n\n/usr/bin:\n0\nmine\nmine\n", ran
        assert ran.stderr.count(b"No such file") == 2
        assert b"Read-only file system" in ran.stderr or b"Permission denied" in ran.stderr
        await session.write_file("written", b"in the image", None, None)
        assert await session.read_file("/workspace/written", None, 100) == b"in the image"
    finally:
        await session.end(EndReason.DESTROYED, "the test is over")


@here
@pytest.mark.usefixtures("nothing_left")
@on_engine(*ENGINES)
@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda path, canary: path.symlink_to(canary), ("etc",)),
        (lambda path, canary: path.symlink_to(canary), _OURS),
        (lambda path, _: path.mkdir(), _OURS),
        (lambda path, _: path.touch(), _OURS),
    ],
    ids=["etc is a link", "links", "folders", "files"],
)
async def test_what_an_image_has_in_the_place_of_the_sandboxes_own_is_not_used(
    sandboxes: Sandboxes, tmp_path: Path, make: Callable[[Path, Path], None], names: tuple[str, ...]
) -> None:
    """A link would be followed where the root is still the host's, and what is made up for /etc written there."""
    canary = tmp_path / "canary"
    canary.mkdir()
    (canary / "passwd").write_text("of the host\n")
    image = tmp_path / "images" / "hostile"
    (image / "bin").mkdir(parents=True)
    for folder in (image.parent, image, image / "bin"):
        folder.chmod(0o755)
    shutil.copy(BUSYBOX, image / "bin" / "busybox")
    for name in names:
        make(image / name, canary)
        if (image / name).is_dir() and not (image / name).is_symlink():
            (image / name / "of-the-image").touch()
    images = Images(image.parent)
    found = await discover_in(images, sandboxes.driver)
    ran = await sandboxes.run_with(
        next(iter(found["hostile"])),
        SandboxSpec(
            runtime="busybox",
            image="hostile",
            code="busybox id -un; echo x > /tmp/x; echo x > /workspace/x; "
            "busybox ls -A /tmp /workspace /proc /dev /sys /run /.scratch /.crucible /.accounts",
        ),
    )
    looked = None
    if sandboxes.driver.report().sessions:
        session = await sandboxes.open_session(SessionSpec(), images.prefix("hostile"))
        looked = await session.exec(ExecSpec(argv=("/bin/busybox", "id", "-un")), None)
        await session.end(EndReason.DESTROYED, "the test is over")
    assert {path.name: path.read_text() for path in canary.iterdir()} == {"passwd": "of the host\n"}
    assert ran.finished.outcome in {Outcome.SUCCEEDED, Outcome.NONZERO_EXIT}, ran.finished.error
    assert ran.text.startswith("sandbox\n")
    assert "of-the-image" not in ran.text
    assert ran.files["x"] == b"x\n"
    assert looked is None or looked.stdout == b"root\n"


_IN_PROCESS_1 = """
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void begin(void)
{
    if (getpid() == 1)
        close(open("/tmp/process-1-was-here", O_WRONLY | O_CREAT, 0644));
}
"""


@here
@pytest.mark.usefixtures("nothing_left")
@on_engine(*ENGINES)
async def test_an_image_has_no_part_in_process_1(sandboxes: Sandboxes, tmp_path: Path) -> None:
    """Neither in what it loads, nor by a link on the way to its interpreter: an image is shown, not written."""
    canary = tmp_path / "canary"
    canary.mkdir()
    image = tmp_path / "images" / "hostile"
    for folder in (image / "bin", image / "etc", image / "lib"):
        folder.mkdir(parents=True)
    shutil.copy(BUSYBOX, image / "bin" / "busybox")
    source = tmp_path / "library.c"
    source.write_text(_IN_PROCESS_1)
    compiler = await asyncio.create_subprocess_exec(
        "/usr/bin/gcc", "-shared", "-fPIC", "-o", image / "lib" / "hostile.so", source
    )
    assert await compiler.wait() == 0
    (image / "etc" / "ld.so.preload").write_text("/lib/hostile.so\n")
    first, *rest = Path(sys.base_prefix).parts[1:]
    (image / first).mkdir(exist_ok=True)
    if rest:
        (image / first / rest[0]).symlink_to(canary)
    for path in (image.parent, image, *image.iterdir()):
        path.chmod(0o755)
    images = Images(image.parent)
    before = sorted(image.rglob("*"))
    found = await discover_in(images, sandboxes.driver)
    code = "echo begun; busybox ls /tmp"
    ran = await sandboxes.run_with(
        next(iter(found["hostile"])), SandboxSpec(runtime="busybox", image="hostile", code=code)
    )
    assert ran.text == "begun\n", ran.finished.error
    assert list(canary.iterdir()) == []
    assert sorted(image.rglob("*")) == before


@here
@pytest.mark.usefixtures("nothing_left")
@on_engine("namespaces")
async def test_an_image_whose_interpreters_say_nothing_does_not_hold_the_executor_up(
    sandboxes: Sandboxes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "images" / "silent"
    (image / "usr" / "bin").mkdir(parents=True)
    shutil.copy(BUSYBOX, image / "usr" / "bin" / "busybox")
    for number in range(10):
        interpreter = image / "usr" / "bin" / f"python3.{number}"
        interpreter.write_text("#!/usr/bin/busybox sh\n/usr/bin/busybox sleep 60\n")
        interpreter.chmod(0o755)
    for folder in (image.parent, image, image / "usr", image / "usr" / "bin"):
        folder.chmod(0o755)
    monkeypatch.setattr(in_images, "_LIMITS", Limits(wall_seconds=1.0, output_bytes=4096))
    monkeypatch.setattr(in_images, "_IMAGE_SECONDS", 1.5)
    with structlog.testing.capture_logs() as said:
        found = await discover_in(Images(image.parent), sandboxes.driver)
    assert [runtime.report.name for runtime in found["silent"]] == ["busybox"]
    left_out = [line["path"] for line in said if line["event"] == "runtime_left_out"]
    assert len(left_out) >= 8, "a second each is more than it had"
    assert set(left_out) <= {f"/usr/bin/python3.{number}" for number in range(10)}
