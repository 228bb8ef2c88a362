"""What measuring does, and what it leaves alone: see tests/tracing.py."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import greenlet._greenlet as greenlets

ROOT = Path(__file__).resolve().parent.parent


def test_a_thread_that_is_measured_gets_no_greenlet() -> None:
    before, during = greenlets.get_total_main_greenlets(), []
    thread = threading.Thread(target=lambda: during.append(greenlets.get_total_main_greenlets()))
    thread.start()
    thread.join()
    assert during == [before]


def test_a_module_of_somebody_elses_is_imported_untraced(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for module in (tmp_path / "ours.py", elsewhere / "theirs.py"):
        module.write_text("import sys\ntraced = sys.gettrace() is not None\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from tests import tracing\n"
        f"tracing._NOT_OURS = ({str(elsewhere)!r},)\n"
        f"sys.path.append({str(elsewhere)!r})\n"
        "import theirs, ours\n"
        "print(theirs.traced, ours.traced, sys.gettrace() is not None)\n"
    )
    environment = os.environ | {"COVERAGE_FILE": str(tmp_path / "coverage"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "coverage", "run", str(script)]
    assert subprocess.check_output(command, env=environment, text=True) == "False True True\n"
