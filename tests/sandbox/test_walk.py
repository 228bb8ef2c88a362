"""Following a path by steps ends where the kernel's own following does, but for what is no path."""

import errno
import os
from pathlib import Path

import pytest

from crucible.sandbox.sessions.walk import open_by_steps


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "file").write_text("found")
    for name, target in {
        "near": "folder/file",
        "far": f"{tmp_path}/near",
        "up": "folder/inner/../file",
        "to-folder": "folder/",
        "dangling": "folder/new",
        "loop": "loop",
        "below-file": "near/x",
    }.items():
        (tmp_path / name).symlink_to(target)
    return tmp_path


@pytest.mark.parametrize(
    "path", ["folder/file", "./folder//file", "near", "far", "up", "to-folder/file", "to-folder/inner/../../far"]
)
def test_a_file_is_found_through_links_and_folders(tree: Path, path: str) -> None:
    for whole in (path, f"{tree}/{path}"):
        with os.fdopen(open_by_steps(whole.encode(), os.O_RDONLY, 0)) as file:
            assert file.read() == "found"


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    "path", ["", "nothing", "dangling", "loop", "near/", "below-file", "folder/file/..", "n" * 300]
)
def test_what_the_kernel_does_not_open_fails_as_it_says(path: str) -> None:
    with pytest.raises(OSError, match="Errno") as kernels:
        os.open(path, os.O_RDONLY)
    with pytest.raises(OSError, match="Errno") as ours:
        open_by_steps(path.encode(), os.O_RDONLY, 0)
    assert ours.value.errno == kernels.value.errno


def test_a_file_is_made_where_a_link_says_but_not_in_place_of_the_link(tree: Path) -> None:
    with pytest.raises(FileExistsError):
        open_by_steps(b"dangling", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(open_by_steps(b"dangling", os.O_WRONLY | os.O_CREAT, 0o600))
    assert (tree / "folder" / "new").is_file()


def test_what_a_process_holds_open_is_no_path(tree: Path) -> None:
    with (tree / "folder" / "file").open() as file:
        (tree / "folder" / "file").unlink()
        os.close(os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDONLY))
        with pytest.raises(FileNotFoundError):
            open_by_steps(f"/proc/self/fd/{file.fileno()}".encode(), os.O_RDONLY, 0)


def test_as_many_links_are_followed_as_linux_follows_and_no_more(tree: Path) -> None:
    for number in range(41):
        (tree / f"link-{number}").symlink_to(f"link-{number - 1}" if number else "folder/file")
    os.close(open_by_steps(b"link-39", os.O_RDONLY, 0))
    with pytest.raises(OSError, match="symbolic links") as refused:
        open_by_steps(b"link-40", os.O_RDONLY, 0)
    assert refused.value.errno == errno.ELOOP
