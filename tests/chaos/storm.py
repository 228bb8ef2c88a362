"""A scaled-out Crucible under load, of which anything may be killed at any moment; and the count at the end.

Real processes, real servers, two of each role that there may be two of. Clients submit with idempotency keys and
go on through every refusal; what they were told of is *acknowledged*. The victims are picked by a seed; then each
server is away for as long as an operator may need. In the end all is brought back, and each acknowledged
evaluation has to have ended once, with its own output.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from private_servers import UNSAFE_AND_FAST, Postgres, Redis
from up_scaled import Roles, running

from tests.chaos import ticking
from tests.chaos.counting import Report, Seen, count
from tests.chaos.load import Load
from tests.chaos.outage import Outage, deaf, endure

CALM_SECONDS = 180.0
"""How long what is queued may take to end once nothing is killed any more."""
_PAUSE_SECONDS = (0.3, 1.5)
_LEASE_SECONDS = 2.0
_SETTINGS = {
    "CRUCIBLE_GRACE_SECONDS": "1",
    "CRUCIBLE_INFRASTRUCTURE_ATTEMPTS": "100",
    "CRUCIBLE_LEASE_SECONDS": str(_LEASE_SECONDS),
}
_WORDS = {
    "executor": ["crucible", "executor"],
    "scheduler": ["crucible", "scheduler"],
    "scheduler_2": ["crucible", "scheduler"],
    "serve": ["crucible", "serve"],
    "worker": ["crucible", "worker"],
    "worker_2": ["crucible", "worker"],
}


@dataclass
class Place:
    """What can be killed."""

    postgres: Postgres
    redis: Redis
    roles: Roles
    chance: random.Random

    def log(self, role: str) -> str:
        """Return all that a role ever said."""
        return (self.roles.data / f"{role}.log").read_text(errors="replace")

    def kill_role(self, name: str) -> None:
        """SIGKILL a role, and start it again a moment later."""
        process = self.roles.processes[name]
        if process.poll() is not None:
            raise AssertionError(f"{name} ended by itself: {self.log(name)[-2000:]}")
        process.kill()
        process.wait()
        self._pause()
        self.roles.start(name, _WORDS[name])

    def kill_one(self, role: str) -> None:
        """Kill one of those that do the same."""
        self.kill_role(self.chance.choice([name for name in self.roles.processes if name.startswith(role)]))

    def kill_redis(self, *, with_its_data: bool) -> None:
        """SIGKILL Redis, and start it again with what it kept, or empty."""
        self.redis.stop(signal.SIGKILL)
        if with_its_data:
            self.redis.forget()
        self._pause()
        self.redis.start()

    def restart_postgres(self, how: signal.Signals) -> None:
        """End PostgreSQL, in order or as a crash would, and start it again."""
        self.postgres.stop(how)
        self._pause()
        self.postgres.start()

    def stop_a_worker_past_its_lease(self) -> None:
        """SIGSTOP a worker until others hold what it held, then let it wake up."""
        process = self.roles.processes[self.chance.choice(["worker", "worker_2"])]
        process.send_signal(signal.SIGSTOP)
        time.sleep(_LEASE_SECONDS * 2)
        process.send_signal(signal.SIGCONT)

    def _pause(self) -> None:
        time.sleep(self.chance.uniform(0.0, 1.0))


BLOWS: dict[str, Callable[[Place], None]] = {
    "a worker killed": lambda place: place.kill_one("worker"),
    "the executor killed": lambda place: place.kill_role("executor"),
    "a scheduler killed": lambda place: place.kill_one("scheduler"),
    "serve killed": lambda place: place.kill_role("serve"),
    "Redis killed": lambda place: place.kill_redis(with_its_data=False),
    "Redis killed, its data lost": lambda place: place.kill_redis(with_its_data=True),
    "PostgreSQL restarted": lambda place: place.restart_postgres(signal.SIGINT),
    "PostgreSQL killed": lambda place: place.restart_postgres(signal.SIGKILL),
    "a worker stopped past its lease": Place.stop_a_worker_past_its_lease,
}


@contextmanager
def sheltered(seed: int) -> Iterator[Place]:
    """Provide a scaled-out Crucible with two workers, of which nothing is left afterwards."""
    with ExitStack() as stack:
        postgres = stack.enter_context(Postgres(*UNSAFE_AND_FAST))
        redis = stack.enter_context(Redis())
        roles = stack.enter_context(running(postgres, redis, **_SETTINGS))
        roles.start("worker_2", _WORDS["worker_2"])
        chance = random.Random(seed)  # noqa: S311 - moments and victims, which a seed can repeat
        yield Place(postgres, redis, roles, chance)


def storm(*, seconds: float, outage_seconds: float, seed: int, clients: int = 3) -> Report:
    """Have blows fall for so long, each kind once before any falls twice, then each server be away; and count."""
    with sheltered(seed) as place:
        roles = place.roles
        roles.start("scheduler_2", _WORDS["scheduler_2"])
        load = Load(roles.url, clients)
        schedule = ticking.start(roles.url)
        began = time.monotonic()
        with load.submitting():
            blows = _blows(place, seconds)
            roles.wait_until_ready()
            outages = _outages(place, outage_seconds)
        ended = tuple(name for name, process in roles.processes.items() if process.poll() is not None)
        roles.wait_until_ready()
        workers = {name: process.pid for name, process in roles.processes.items() if name.startswith("worker")}
        silent = deaf(roles.url, workers)
        ticking.stop(roles.url, schedule)
        _wait_for_calm(place.postgres.url)
        logs = "".join(map(place.log, workers))
        seen = Seen(
            seconds=time.monotonic() - began,
            blows=blows,
            ended_by_themselves=ended,
            deaf=frozenset(silent),
            outages=outages,
            ticks=ticking.count(roles.url, schedule),
            refused=logs.count("stale_result_discarded") + logs.count("lease_lost"),
        )
        return count(place.postgres.url, load, seen)


def _blows(place: Place, seconds: float) -> Counter[str]:
    fallen: Counter[str] = Counter()
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for name in place.chance.sample(list(BLOWS), len(BLOWS)):
            time.sleep(place.chance.uniform(*_PAUSE_SECONDS))
            BLOWS[name](place)
            fallen[name] += 1
            if time.monotonic() - began >= seconds and len(fallen) == len(BLOWS):
                break
    return fallen


def _outages(place: Place, seconds: float) -> tuple[Outage, ...]:
    return tuple(
        endure(name, seconds, place.roles.url, stop=server.stop, start=server.start)
        for name, server in (("Redis", place.redis), ("PostgreSQL", place.postgres))
    )


def _wait_for_calm(url: str) -> None:
    deadline = time.monotonic() + CALM_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("SELECT count(*) FROM evaluations WHERE outcome IS NULL").fetchone()
            if row == (0,):
                return
            time.sleep(0.2)
