"""A worker that stood still past its lease wakes up: what it holds is another's by then."""

import signal
import time
from functools import partial

from crucible.client import Crucible, Limits, Outcome, Submission
from crucible.domain.event import Output, Started
from tests.roles.fixtures import Scaled
from tests.roles.test_scaled import until


def test_a_worker_that_slept_past_its_lease_is_refused_and_its_sandbox_killed(scaled: Scaled) -> None:
    scaled.roles.start("worker_2", ["crucible", "worker"])
    code = "import time\nprint('up', flush=True)\ntime.sleep(20)\nprint('done')"
    try:
        until(lambda: "worker takes" in scaled.log("worker_2"))
        with Crucible(scaled.url) as crucible:
            one = crucible.submit(Submission(code=code, limits=Limits(wall_seconds=60)))
            started: list[Started] = []
            told = 0
            for event in crucible.events(one.id):
                if isinstance(event, Started):
                    started.append(event)
                told += isinstance(event, Output)
                if told == 1 and len(started) == 1:
                    first = pid_of(started[0])
                    name = next(name for name, role in scaled.roles.processes.items() if role.pid == first)
                    scaled.roles.processes[name].send_signal(signal.SIGSTOP)
                    told += 1
                if len(started) == 2 and told == 3:
                    # Another holds it now; the first one's sandbox runs beside, until it wakes.
                    scaled.roles.processes[name].send_signal(signal.SIGCONT)
                    woken = time.monotonic()
                    until(partial(lost_its_lease, scaled, name))
                    assert time.monotonic() - woken < 15  # before its program would have ended by itself
                    told += 1
            ended = crucible.get(one.id)
        assert pid_of(started[1]) != first
        assert (ended.outcome, ended.stdout, ended.infrastructure_attempts) == (Outcome.SUCCEEDED, "up\ndone\n", 1)
        assert one.id in next(line for line in scaled.log(name).splitlines() if "lease_lost" in line)
    finally:
        second = scaled.roles.processes.pop("worker_2")
        second.send_signal(signal.SIGCONT)
        second.terminate()
        second.wait(20)


def lost_its_lease(scaled: Scaled, name: str) -> bool:
    return "lease_lost" in scaled.log(name)


def pid_of(started: Started) -> int:
    return int(started.worker.rpartition("-")[2])
