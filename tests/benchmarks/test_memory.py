import os
import subprocess

from benchmarks.memory import process_tree, resident_bytes


def test_a_process_tree_has_the_children_of_children() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 60 & echo; wait"], stdout=-1) as outer:
        assert outer.stdout is not None
        outer.stdout.readline()
        assert len(process_tree(outer.pid)) == 2
        outer.terminate()
        for process in process_tree(outer.pid)[1:]:
            os.kill(process, 15)


def test_a_python_holds_some_megabytes() -> None:
    assert 1_000_000 < resident_bytes(os.getpid()) < 10_000_000_000
