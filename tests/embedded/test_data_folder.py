"""One server a data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.embedded.data_folder import held, socket_path
from crucible.roles.errors import CannotStartError


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with held(folder):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_the_second_is_told_who_was_first(tmp_path: Path) -> None:
    with (
        held(tmp_path),
        pytest.raises(CannotStartError, match=f"process {os.getpid()} runs a Crucible"),
        held(tmp_path),
    ):
        pass
    with held(tmp_path):
        pass


def test_a_killed_holder_leaves_the_folder_free(tmp_path: Path) -> None:
    check = (
        "import os\nfrom pathlib import Path\nfrom crucible.embedded.data_folder import held\n"
        f"with held(Path({str(tmp_path)!r})): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 9
    with held(tmp_path):
        assert (tmp_path / "up.pid").read_text() == f"{os.getpid()}\n"


def test_a_folder_that_can_not_be_made_is_named_with_the_flag(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStartError, match="--data names another"), held(tmp_path / "file" / "data"):
        pass


def test_a_socket_stays_in_the_folder_where_its_path_fits(tmp_path: Path) -> None:
    with socket_path(tmp_path / "executor.sock") as path:
        assert path == tmp_path / "executor.sock"


def test_a_socket_whose_path_is_too_long_gets_a_private_place(tmp_path: Path) -> None:
    wanted = tmp_path / ("a" * 200) / "executor.sock"
    with socket_path(wanted) as path:
        assert len(os.fsencode(path)) <= 107
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not path.parent.exists()
