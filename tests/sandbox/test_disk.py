"""What is counted of files, where no file system counts them."""

import os
from pathlib import Path

from crucible.sandbox.disk import Disk, _entries


def _open() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_what_lies_deeper_than_a_path_may_be_long_is_counted(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(40):
        os.mkdir("d" * 250, dir_fd=here)
        os.symlink("/", "link", dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = below
    for number in range(5):
        os.close(os.open(f"file-{number}", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    before = _open()
    assert len(list(_entries([str(tmp_path)]))) == 40 + 40 + 5
    assert _open() == before


def test_files_are_counted_up_to_one_more_than_there_may_be(tmp_path: Path) -> None:
    disk = Disk([str(tmp_path)], 1 << 40, counted=[str(tmp_path)], most_files=3)
    for number, exceeded in enumerate((False, False, False, True)):
        (tmp_path / str(number)).touch()
        disk._count_due = 0.0
        assert disk.is_exceeded() is exceeded
