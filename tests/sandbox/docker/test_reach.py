"""What a container's root can't read where it is an ordinary user of the host's files."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crucible.sandbox.docker import reach


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody gets to: pytest's own are closed."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        yield Path(made)


def test_whoever_goes_there_by_itself_is_stopped_by_each_folder_on_the_way(folder: Path) -> None:
    home = folder / "a home"
    home.mkdir(mode=0o700)
    (home / "tool").touch(0o755)
    assert reach.mending([str(home / "tool")], every_step=True) == f"sudo chmod o+x '{home}'"
    assert reach.mending([str(home / "tool")], every_step=False) is None
    home.chmod(0o711)
    assert reach.mending([str(home / "tool")], every_step=True) is None


def test_the_first_that_others_may_not_read_is_named(folder: Path) -> None:
    (folder / "open").mkdir(mode=0o755)
    (folder / "closed").mkdir(mode=0o711)
    (folder / "file").touch(0o640)
    sources = [str(folder / name) for name in ("open", "closed", "file")]
    assert reach.mending(sources, every_step=True) == f"sudo chmod -R o+rX {sources[1]}"
    assert reach.mending(sources[2:], every_step=False) == f"sudo chmod -R o+rX {sources[2]}"
    assert reach.mending(sources[:1], every_step=True) is None
