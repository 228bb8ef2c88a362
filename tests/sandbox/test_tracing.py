"""A tracer that answers for its children, on the host's own kernel: a process of the test's own is process 1."""

import json
import os
import subprocess
import sys

import pytest

from crucible.sandbox import kernel, tracing

pytestmark = pytest.mark.skipif(not tracing.IS_KNOWN_HERE, reason=f"nothing is traced on {kernel.MACHINE}")

PROCESS_1 = """
import json, os, select, signal, socket, sys, time
from crucible.sandbox import confine, kernel, seccomp, steps
from crucible.sandbox.attempts import Attempts
from crucible.sandbox.traced import TracedAnswers
from crucible.sandbox.tracing import Tracer

wall = seccomp.build_wall(own_kernel=True)
wakeup = steps.wake_on_children()
told, tracer = {}, Tracer()
def tell(attempt): told[attempt.name + " " + attempt.detail] = attempt.count
def start(traced=True):
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
            here.close()
            confine.confine(wall, there)
            exec(sys.argv[1])
        except BaseException as error: print(type(error).__name__, error, flush=True)
        finally: os._exit(3)
    there.close()
    if traced: tracer.seize(child, here)
    here.close()
    return child
SCENE
print(json.dumps(told))
"""
RUN = """
child = start()
assert tracer.await_greeting(child)
attempts = Attempts(tell, time.monotonic)
answers = TracedAnswers(wall.known, tracer, attempts)
never, _ = os.pipe()
ended = steps.watch("run", child, answers, None, stop=never, wakeup=wakeup, reap=tracer.reap)
answers.drain()
steps_left = [tracer.next_ended()]
answers.finish()
attempts.finish()
assert ended.code == 3 and steps_left == [None], ended
"""


def run(program: str, scene: str = RUN) -> tuple[list[str], dict[str, int]]:
    """Return what the program printed, and how often what was tried."""
    done = subprocess.run(
        [sys.executable, "-c", PROCESS_1.replace("SCENE", scene), program],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"COVERAGE_PROCESS_START": ""},
    )
    *printed, told = done.stdout.splitlines()
    return printed, json.loads(told)


def test_what_is_called_is_counted_refused_and_followed_into_children() -> None:
    printed, told = run(
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for _ in range(200): libc.ptrace(16, 1, 0, 0)
print(ctypes.get_errno(), flush=True)
if os.fork() == 0:
    libc.chroot(b"/secret"); os._exit(0)
os.wait()
"""
    )
    assert printed == ["1"]
    assert told == {"ptrace request=16 pid=1": 200, 'chroot path="/secret"': 1}


def test_whom_it_would_reach_is_told_and_names_are_heard() -> None:
    printed, told = run(
        """
def reach(kind, where):
    one = socket.socket(socket.AF_INET, kind)
    try: one.connect(where)
    except OSError as error: print(error.errno, flush=True)
    return one
reach(socket.SOCK_STREAM, ("192.0.2.7", 80))
reach(socket.SOCK_DGRAM, ("127.0.0.1", 53))
one = reach(socket.SOCK_STREAM, ("127.0.0.1", 53))
question = bytes.fromhex("0007010000010000000000000161016200") + bytes.fromhex("00010001")
one.sendall(len(question).to_bytes(2, "big") + question)
print(one.recv(99)[5], flush=True)
"""
    )
    assert printed == ["13", "13", "131"]
    assert {name: count for name, count in told.items() if not name.startswith("socket")} == {
        "connect 192.0.2.7:80": 1,
        "connect 127.0.0.1:53": 1,
        "lookup a.b": 1,
    }


def test_signals_and_stops_are_passed_on() -> None:
    printed, told = run(
        """
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
child = os.fork()
if child == 0:
    signal.signal(signal.SIGUSR1, lambda *_: os._exit(9))
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)
_, status = os.waitpid(child, os.WUNTRACED)
print(os.WIFSTOPPED(status), flush=True)
os.kill(child, signal.SIGCONT)
while not (ended := os.waitpid(child, os.WNOHANG))[0]: os.kill(child, signal.SIGUSR1); time.sleep(0.01)
print(os.waitstatus_to_exitcode(ended[1]), flush=True)
"""
    )
    assert printed == ["True", "9"]
    assert told == {}


def test_whoever_nobody_traces_does_not_begin() -> None:
    printed, _ = run(
        "print('began', flush=True)",
        "child = start(traced=False); print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)",
    )
    assert printed == ["ProcessLookupError [Errno 3] nobody traces this process", "3"]


def test_a_child_that_ends_before_it_is_behind_its_filter_is_noticed() -> None:
    printed, told = run(
        "",
        "wall = type(wall)(b'no filter', b'', {}, True); print(tracer.await_greeting(start()), flush=True)",
    )
    assert printed[-1] == "False"
    assert told == {}
