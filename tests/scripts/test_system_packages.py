"""Whoever needs a program of the system's has it installed, one after another, as apt can't serve two at once."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "system-packages"
PACKAGED = "a-program-that-nobody-has"
APT = f"""#!/bin/sh
echo "$1 begins" >> "$RECORD"
sleep 0.1
case $1 in install) cp /bin/true "$BIN/{PACKAGED}";; esac
echo "$1 ends" >> "$RECORD"
"""
BROKEN_APT = """#!/bin/sh
echo "E: no network"
exit 100
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="who isn't root is told what to install, and by whom")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in whose PATH a played apt-get comes first, since the real one would change this machine."""
    (tmp_path / "bin").mkdir()
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "BIN": str(tmp_path / "bin"), "RECORD": str(tmp_path / "record")}


def play(environment: dict[str, str], apt: str) -> None:
    program = Path(environment["BIN"], "apt-get")
    program.write_text(apt)
    program.chmod(0o755)


def test_two_that_need_the_same_at_once_install_it_once(environment: dict[str, str]) -> None:
    play(environment, APT)
    both = [subprocess.Popen([SCRIPT, PACKAGED], env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    record = Path(environment["RECORD"]).read_text().splitlines()
    assert record == ["update begins", "update ends", "install begins", "install ends"]


def test_what_apt_says_is_shown_where_it_fails(environment: dict[str, str]) -> None:
    play(environment, BROKEN_APT)
    ran = subprocess.run([SCRIPT, PACKAGED], env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (100, "E: no network\n")


def test_what_is_there_costs_no_question(environment: dict[str, str]) -> None:
    play(environment, BROKEN_APT)
    assert subprocess.run([SCRIPT, "sh", "env"], env=environment, check=False).returncode == 0
