"""Clients that submit through whatever happens, with idempotency keys, and remember what was acknowledged."""

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from crucible.client import Crucible, Retries, Submission
from crucible.domain.errors import CrucibleError
from tests.waiting import meanwhile

PATIENT = Retries(attempts=200, first_seconds=0.1, longest_seconds=0.5)
_PAUSE_SECONDS = (0.2, 0.8)
"""Between a client's submissions, which are of seven programs on average: about what two cores get done."""
_LAST_SECONDS = 180.0
"""How long a client may go on with the submission that it is at, which it tries again where nobody answers."""


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
        with ExitStack() as clients:
            for number in range(self.clients):
                clients.enter_context(meanwhile(self._submit, number, seconds=_LAST_SECONDS))
            try:
                yield
            finally:
                self._stop.set()

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
                if self._stop.wait(chance.uniform(*_PAUSE_SECONDS)):
                    return
