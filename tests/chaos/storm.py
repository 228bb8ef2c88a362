"""A scaled-out Crucible under load, of which anything may be killed at any moment; and the count at the end.

Real processes, real servers. Clients submit with idempotency keys and go on through every refusal; what they were
told of is *acknowledged*. The victims are picked by a seed. In the end all is brought back, and each acknowledged
evaluation has to have ended once, with its own output.
"""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
from private_servers import UNSAFE_AND_FAST, Postgres, Redis
from up_scaled import Roles, running

from crucible.client import Crucible, Retries, Submission
from crucible.domain.errors import CrucibleError

CALM_SECONDS = 180.0
"""How long what is queued may take to end once nothing is killed any more."""
PATIENT = Retries(attempts=200, first_seconds=0.1, longest_seconds=0.5)
_PAUSE_SECONDS = (0.3, 1.5)
_SLEEPS = ("0", "0", "0.05", "0.8")
_LEASE_SECONDS = 2.0
_SETTINGS = {
    "CRUCIBLE_GRACE_SECONDS": "1",
    "CRUCIBLE_INFRASTRUCTURE_ATTEMPTS": "100",
    "CRUCIBLE_LEASE_SECONDS": str(_LEASE_SECONDS),
}
_WORDS = {
    "executor": ["crucible", "executor"],
    "scheduler": ["crucible", "scheduler"],
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
    "a worker killed": lambda place: place.kill_role(place.chance.choice(["worker", "worker_2"])),
    "the executor killed": lambda place: place.kill_role("executor"),
    "the scheduler killed": lambda place: place.kill_role("scheduler"),
    "serve killed": lambda place: place.kill_role("serve"),
    "Redis killed": lambda place: place.kill_redis(with_its_data=False),
    "Redis killed, its data lost": lambda place: place.kill_redis(with_its_data=True),
    "PostgreSQL restarted": lambda place: place.restart_postgres(signal.SIGINT),
    "PostgreSQL killed": lambda place: place.restart_postgres(signal.SIGKILL),
    "a worker stopped past its lease": Place.stop_a_worker_past_its_lease,
}


@dataclass
class Load:
    """Clients that submit until told to stop, and what was acknowledged to them."""

    url: str
    clients: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Each evaluation's id, and what it has to print."""
    given_up: int = 0
    """Requests without an answer, whose evaluations may or may not exist."""
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def submitting(self) -> Iterator[None]:
        """Submit until the block ends."""
        threads = [threading.Thread(target=self._submit, args=(number,)) for number in range(self.clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _submit(self, client: int) -> None:
        chance = random.Random(client)  # noqa: S311 - what is submitted, which a seed can repeat
        with Crucible(self.url, retries=PATIENT) as crucible:
            for turn in range(1_000_000):
                words = [f"{client} {turn} {number}" for number in range(chance.choice([1, 1, 5, 20]))]
                programs = [
                    Submission(code=f"sleep 0.0{chance.randrange(9)}\necho {each}", runtime="bash")
                    for each in words
                ]
                try:
                    made = crucible.submit_many(programs)
                except CrucibleError:
                    self.given_up += 1
                else:
                    self.acknowledged |= {one.id: f"{each}\n" for one, each in zip(made, words, strict=True)}
                if self._stop.wait(chance.uniform(0.02, 0.2)):
                    return


@dataclass(frozen=True)
class Report:
    """What came of it, counted in the database itself."""

    seconds: float
    blows: Counter[str]
    acknowledged: int
    rows: int
    """Evaluations in the table: the acknowledged, and those whose answer was lost on its way."""
    outcomes: Counter[str]
    unended: int
    wrong: tuple[str, ...]
    """Acknowledged ones that are not there, or printed something else."""
    ended_otherwise_than_once: int
    """Evaluations whose history has another number of ends than one, or of outputs."""
    attempts_lost: int
    refused: int
    """Results and leases of stale holders that were turned away."""
    given_up: int
    leftover_leases: int
    ended_by_themselves: tuple[str, ...]
    """Roles that were not there any more though nobody had killed them."""

    @property
    def adds_up(self) -> bool:
        """Whether each acknowledged evaluation ended once, as its own program says, and nothing else is there."""
        return (
            not self.wrong
            and not self.ended_by_themselves
            and self.unended == self.ended_otherwise_than_once == self.leftover_leases == 0
            and self.rows == sum(self.outcomes.values()) >= self.acknowledged
            and set(self.outcomes) == {"succeeded"}
            and (self.given_up > 0 or self.rows == self.acknowledged)
        )

    def lines(self) -> list[str]:
        """Return the report for people."""
        return [
            f"{self.seconds:.0f} s, {sum(self.blows.values())} blows:",
            *(f"  {count:4} times {name}" for name, count in sorted(self.blows.items())),
            f"{self.acknowledged} evaluations acknowledged; {self.given_up} requests without an answer",
            f"{self.rows} in the table: " + ", ".join(f"{n} {each}" for each, n in sorted(self.outcomes.items())),
            f"{self.unended} not ended, {self.ended_otherwise_than_once} ended otherwise than once",
            f"{len(self.wrong)} missing or with another's output, {self.leftover_leases} leases left over",
            f"{self.attempts_lost} attempts lost and made again; {self.refused} stale holders turned away",
            f"roles that ended by themselves: {', '.join(self.ended_by_themselves) or 'none'}",
            "it adds up" if self.adds_up else "IT DOES NOT ADD UP",
        ]


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


def storm(*, seconds: float, seed: int, clients: int = 3) -> Report:
    """Have blows fall for so long, each kind once before any falls twice, and count."""
    with sheltered(seed) as place:
        chance, roles = place.chance, place.roles
        load = Load(roles.url, clients)
        blows: Counter[str] = Counter()
        began = time.monotonic()
        with load.submitting():
            while time.monotonic() - began < seconds:
                for name in chance.sample(list(BLOWS), len(BLOWS)):
                    time.sleep(chance.uniform(*_PAUSE_SECONDS))
                    BLOWS[name](place)
                    blows[name] += 1
                    if time.monotonic() - began >= seconds and len(blows) == len(BLOWS):
                        break
        ended = tuple(name for name, process in roles.processes.items() if process.poll() is not None)
        roles.wait_until_ready()
        _wait_for_calm(place.postgres.url)
        return _count(place, load, blows, ended, time.monotonic() - began)


def _wait_for_calm(url: str) -> None:
    deadline = time.monotonic() + CALM_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("SELECT count(*) FROM evaluations WHERE outcome IS NULL").fetchone()
            if row == (0,):
                return
            time.sleep(0.2)


def _count(place: Place, load: Load, blows: Counter[str], ended: tuple[str, ...], seconds: float) -> Report:
    with psycopg.connect(place.postgres.url, autocommit=True) as connection:

        def number(query: str) -> int:
            row = connection.execute(query).fetchone()
            assert row is not None
            return int(row[0] or 0)

        printed = {
            identifier: bytes(stdout)
            for identifier, stdout in connection.execute("SELECT evaluation_id, stdout FROM evaluation_outputs")
        }
        outcomes = Counter(
            str(outcome) for (outcome,) in connection.execute("SELECT outcome FROM evaluations").fetchall()
        )
        ends = (
            "SELECT count(*) FROM evaluations e WHERE (SELECT count(*) FROM events v WHERE "
            "v.evaluation_id = e.id AND v.kind = 'finished') <> 1 OR (SELECT count(*) FROM evaluation_outputs o "
            "WHERE o.evaluation_id = e.id) <> 1"
        )
        workers = "".join(place.log(name) for name in ("worker", "worker_2"))
        return Report(
            seconds=seconds,
            blows=blows,
            ended_by_themselves=ended,
            acknowledged=len(load.acknowledged),
            rows=number("SELECT count(*) FROM evaluations"),
            outcomes=outcomes,
            unended=number("SELECT count(*) FROM evaluations WHERE outcome IS NULL"),
            wrong=tuple(
                identifier
                for identifier, expected in load.acknowledged.items()
                if printed.get(identifier) != expected.encode()
            ),
            ended_otherwise_than_once=number(ends),
            attempts_lost=number("SELECT sum(infrastructure_attempts) FROM evaluations"),
            refused=workers.count("stale_result_discarded") + workers.count("lease_lost"),
            given_up=load.given_up,
            leftover_leases=number("SELECT count(*) FROM evaluations WHERE lease_until IS NOT NULL"),
        )
