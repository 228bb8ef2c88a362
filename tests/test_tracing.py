"""No thread of the tests has a greenlet only because it is measured: see tests/tracing.py."""

import threading

import greenlet._greenlet as greenlets


def test_a_thread_that_is_measured_gets_no_greenlet() -> None:
    before, during = greenlets.get_total_main_greenlets(), []
    thread = threading.Thread(target=lambda: during.append(greenlets.get_total_main_greenlets()))
    thread.start()
    thread.join()
    assert during == [before]
