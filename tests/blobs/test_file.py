import os
import shutil

import pytest

from crucible.blobs.file import _attempts
from crucible.blobs.store import prefix_of
from crucible.domain.errors import StorageUnavailableError


async def test_what_was_put_is_read_in_any_stretch(blobs):
    await blobs.put("evaluations/ev_1/2/stdout", b"0123456789")
    assert await blobs.read("evaluations/ev_1/2/stdout", 0, 10) == b"0123456789"
    assert await blobs.read("evaluations/ev_1/2/stdout", 3, 5) == b"34"
    assert await blobs.read("evaluations/ev_1/2/stdout", 8, 99) == b"89"
    assert await blobs.read("evaluations/ev_1/2/stdout", 5, 5) == b""


async def test_putting_again_replaces_the_whole(blobs):
    await blobs.put("a/b", b"a longer first try")
    await blobs.put("a/b", b"second")
    assert await blobs.read("a/b", 0, 99) == b"second"


async def test_a_put_that_breaks_leaves_the_former_whole(blobs, tmp_path, monkeypatch):
    await blobs.put("a/b", b"before")

    def breaks(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", breaks)
    with pytest.raises(StorageUnavailableError, match="Input/output error"):
        await blobs.put("a/b", b"after")
    assert await blobs.read("a/b", 0, 99) == b"before"
    assert [path.name for path in (tmp_path / "blobs/a").iterdir()] == ["b"]


async def test_an_attempts_blobs_go_together_and_no_other_attempts(blobs, tmp_path):
    for fence in (1, 3):
        await blobs.put(f"{prefix_of('ev_1', fence)}/stdout", b"x")
    await blobs.delete_all(prefix_of("ev_1", 1))
    with pytest.raises(StorageUnavailableError):
        await blobs.read(f"{prefix_of('ev_1', 1)}/stdout", 0, 1)
    assert await blobs.read(f"{prefix_of('ev_1', 3)}/stdout", 0, 1) == b"x"
    await blobs.delete_all(prefix_of("ev_1", 3))
    await blobs.delete_all(prefix_of("ev_1", 3))
    assert list((tmp_path / "blobs/evaluations").iterdir()) == []


def test_a_folder_that_goes_while_attempts_are_listed_is_none(tmp_path):
    for name in ("ev_00000000000000000000000000", "ev_00000000000000000000000001"):
        (tmp_path / name / "3").mkdir(parents=True)
    entries = sorted(os.scandir(tmp_path), key=lambda entry: entry.name)
    shutil.rmtree(entries[0].path)
    assert _attempts(entries) == [("ev_00000000000000000000000001", 3)]
