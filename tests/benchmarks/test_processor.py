import os
import subprocess
import sys

from benchmarks.processor import in_words, milliseconds_each, processor_seconds

_BURNS = "import time\nwhile time.process_time() < 0.2: pass"


def test_what_a_child_spent_counts_once_it_has_ended():
    before = processor_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", _BURNS], check=True)
    assert processor_seconds(os.getpid()) - before >= 0.15  # each figure of both looks is cut to a hundredth


def test_what_each_evaluation_cost_is_shared_out_between_two_looks():
    cost = milliseconds_each({"worker": 1.0, "serve": 2.0}, {"worker": 2.0, "serve": 2.5}, 100)
    assert cost == {"worker": 10.0, "serve": 5.0}
    assert in_words(cost) == "15.0 ms: worker 10.0, serve 5.0"
