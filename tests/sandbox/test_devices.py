"""An executor looks whether it may make devices, and minds nothing of what others may have put there."""

import os
from pathlib import Path

from crucible.sandbox import devices


def test_the_look_minds_no_file_that_somebody_put_where_all_may_write() -> None:
    shared = Path("/dev/shm")
    squatted = shared / f"crucible-device-{os.getpid()}"
    squatted.touch()
    try:
        found = devices.missing()
    finally:
        squatted.unlink()
    assert list(found) == ([] if os.geteuid() == 0 else ["devices of its own"])
