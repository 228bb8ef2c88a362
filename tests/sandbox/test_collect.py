"""The walk itself, in this process; `tests/security` sets hostile programs on it."""

import os
from pathlib import Path

import pytest

from crucible.sandbox import collect
from crucible.sandbox.plan import Bounds

LARGE = Bounds(
    open_files=64, disk_bytes=1 << 20, inodes=1024, collected_files=100, collected_bytes=1 << 20, collected_depth=3
)


def bounds(**changes: int) -> Bounds:
    return LARGE.changed(**changes)


def test_regular_files_are_found_in_order_of_path(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2").write_text("two")
    (tmp_path / "a").write_text("one")
    (tmp_path / "c").write_text("")
    collection = collect.Collection(LARGE, {})
    assert list(collection.walk(str(tmp_path))) == [(b"a", b"one"), (b"b/2", b"two"), (b"c", b"")]
    assert not collection.truncated


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    assert list(collect.Collection(LARGE, {}).walk(str(tmp_path))) == []


def test_unchanged_inputs_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("same")
    unchanged = {b"in": collect.fingerprint((tmp_path / "in").stat())}
    assert list(collect.Collection(LARGE, unchanged).walk(str(tmp_path))) == []


@pytest.mark.parametrize(
    ("bound", "value", "kept"),
    [("collected_files", 2, 2), ("collected_bytes", 25, 2), ("collected_bytes", 5, 0), ("collected_depth", 0, 3)],
)
def test_every_bound_cuts_and_says_so(tmp_path: Path, bound: str, value: int, kept: int) -> None:
    for name in "abc":
        (tmp_path / name).write_text("x" * 10)
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "deep").write_text("x" * 10)
    collection = collect.Collection(bounds(**{bound: value}), {})
    assert len(list(collection.walk(str(tmp_path)))) == kept
    assert collection.truncated
