"""A server that is away for a while: what the API says meanwhile, and how soon all is well when it is back."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2

from crucible.client import Crucible, Submission
from crucible.domain.evaluation import Priority
from crucible.domain.event import Started
from tests.chaos.load import PATIENT
from tests.waiting import meanwhile

QUICKLY_SECONDS = 5.0
"""Within this an API that can't serve has to say so."""
RECOVERY_SECONDS = 60.0
"""Within this of a server's return a new evaluation has to have ended."""
_PATIENCE_SECONDS = 30.0
_BETWEEN_SECONDS = 0.5
_ROUNDS = 20
_IN_A_ROUND = 8


@dataclass
class Outage:
    """One server's absence."""

    server: str
    seconds: float
    answers: Counter[int] = field(default_factory=Counter)
    """How often which status was answered to a reading; 0: nothing in half a minute."""
    slowest_seconds: float = 0.0
    recovered_seconds: float = float("inf")
    """From the server's return until an evaluation that was submitted then had ended."""

    @property
    def is_well(self) -> bool:
        """Whether the API was quick to answer or to refuse, and all went on afterwards."""
        return (
            set(self.answers) <= {200, 503}
            and bool(self.answers)
            and self.slowest_seconds <= QUICKLY_SECONDS
            and self.recovered_seconds <= RECOVERY_SECONDS
        )

    def line(self) -> str:
        """Return what happened, for people."""
        answers = ", ".join(f"{count} times {status}" for status, count in sorted(self.answers.items()))
        return (
            f"{self.server} away for {self.seconds:.0f} s: answered {answers}, "
            f"slowest {self.slowest_seconds:.2f} s; "
            f"a new evaluation ended {self.recovered_seconds:.1f} s after its return"
        )

    @contextmanager
    def watching(self, url: str) -> Iterator[None]:
        """Ask the API for a list again and again until the block ends."""
        enough = threading.Event()
        with meanwhile(self._ask, f"{url}/api/v1/evaluations?limit=1", enough):
            try:
                yield
            finally:
                enough.set()

    def _ask(self, url: str, enough: threading.Event) -> None:
        with httpx2.Client(trust_env=False, verify=False, timeout=_PATIENCE_SECONDS) as client:
            while not enough.wait(_BETWEEN_SECONDS):
                began = time.monotonic()
                try:
                    status = client.get(url).status_code
                except httpx2.TransportError:
                    status = 0
                self.answers[status] += 1
                self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)


def _probe(code: str) -> Submission:
    """Return what is none of the load, and doesn't wait behind it."""
    return Submission(code=code, runtime="bash", labels={"probe": "yes"}, priority=Priority.HIGH)


def endure(
    server: str, seconds: float, url: str, *, stop: Callable[[], None], start: Callable[[], None]
) -> Outage:
    """Have a server be away for so long, and return what was seen of it from outside."""
    outage = Outage(server, seconds)
    stop()
    with outage.watching(url):
        time.sleep(seconds)
    start()
    began = time.monotonic()
    with Crucible(url, retries=PATIENT) as crucible:
        crucible.run(_probe("true"))
    outage.recovered_seconds = time.monotonic() - began
    return outage


def deaf(url: str, workers: dict[str, int]) -> set[str]:
    """Return which of these workers, process ids by name, take nothing though there is much to do."""
    waiting = {str(pid): name for name, pid in workers.items()}
    with Crucible(url) as crucible:
        for _ in range(_ROUNDS):
            many = crucible.submit_many([_probe("sleep 0.2")] * _IN_A_ROUND)
            for each in many:
                started = next(event for event in crucible.events(each.id) if isinstance(event, Started))
                waiting.pop(started.worker.rpartition("-")[2], None)
            if not waiting:
                break
    return set(waiting.values())
