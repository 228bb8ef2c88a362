"""Batches, for programs that wait for each answer.

>>> with Crucible() as crucible:
...     batch = crucible.batches.submit(Submission(code=f"print({n})") for n in range(1000))
...     print(crucible.batches.wait(batch.id).outcomes)
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

import httpx2

from crucible.client import batch_calls as calls
from crucible.client.calls import Ask
from crucible.client.errors import error_of, saying_unreachable
from crucible.domain.batch import Batch, BatchPage, BatchRequest, BatchState, CauseList
from crucible.domain.evaluation import EvaluationSummary, Submission
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.status import Status


class Batches:
    """The batches of a server."""

    def __init__(self, ask: Ask, http: httpx2.Client) -> None:
        self._ask = ask
        self._http = http

    def submit(
        self,
        submissions: Iterable[Submission],
        request: BatchRequest | None = None,
        *,
        idempotency_key: str | None = None,
        progress: Callable[[Batch], None] | None = None,
    ) -> Batch:
        """Hand in up to 100,000 programs as one batch, 500 at a time, and close it.

        Under the same key, and with the same programs in the same order, it goes on where it broke off. `progress`
        is called with the batch after each chunk.
        """
        batch = self.create(request, idempotency_key=idempotency_key)
        for lines in calls.chunks(islice(submissions, batch.received, None)):
            batch = self._ask(calls.hand_in(batch.id, lines, batch.received))
            if progress:
                progress(batch)
        return self.close(batch.id)

    def create(self, request: BatchRequest | None = None, *, idempotency_key: str | None = None) -> Batch:
        """Make an open batch, for programs to be handed in to."""
        return self._ask(calls.create(request or BatchRequest(), idempotency_key))

    def hand_in(self, batch_id: str, submissions: Iterable[Submission], *, offset: int) -> Batch:
        """Hand in programs to an open batch, the first at this position; what is there already stays."""
        batch = self.get(batch_id)
        for lines in calls.chunks(submissions):
            batch = self._ask(calls.hand_in(batch_id, lines, offset))
            offset += len(lines)
        return batch

    def close(self, batch_id: str) -> Batch:
        """Say that no more come."""
        return self._ask(calls.close(batch_id))

    def get(self, batch_id: str) -> Batch:
        """Return a batch, and how far it is."""
        return self._ask(calls.get(batch_id))

    def wait(
        self,
        batch_id: str,
        *,
        poll_seconds: float = calls.POLL_SECONDS,
        progress: Callable[[Batch], None] | None = None,
    ) -> Batch:
        """Wait for a closed batch's end, however long that takes. `progress` is called at each look."""
        while True:
            batch = self.get(batch_id)
            if progress:
                progress(batch)
            if batch.state not in {BatchState.OPEN, BatchState.RUNNING}:
                return batch
            time.sleep(poll_seconds)

    def page(
        self, states: Collection[BatchState] = (), *, limit: int = 50, cursor: str | None = None
    ) -> BatchPage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return self._ask(calls.page(states, limit, cursor))

    def evaluations(
        self,
        batch_id: str,
        *,
        status: Collection[Status] = (),
        outcome: Collection[Outcome] = (),
        cause: str | None = None,
        page_size: int = 200,
    ) -> Iterator[EvaluationSummary]:
        """Yield a batch's evaluations in the order in which they were handed in, asking for more as needed."""
        cursor = None
        while True:
            page = self._ask(
                calls.items(batch_id, status=status, outcome=outcome, cause=cause, limit=page_size, cursor=cursor)
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def causes(self, batch_id: str) -> CauseList:
        """Return why evaluations ended badly, the most frequent cause first."""
        return self._ask(calls.causes(batch_id))

    def retry(
        self, batch_id: str, faults: Collection[Fault] | None = None, *, idempotency_key: str | None = None
    ) -> Batch:
        """Run again what failed by one of these faults, by default by any, and nothing else."""
        return self._ask(calls.retry(batch_id, faults, idempotency_key))

    def cancel(self, batch_id: str) -> Batch:
        """Ask for a batch's end; `wait` for it to be over."""
        return self._ask(calls.cancel(batch_id))

    def export(self, batch_id: str, written: calls.Written = "jsonl") -> Iterator[bytes]:
        """Yield the bytes of all of a batch, as JSON lines or as CSV.

        Raises ServerUnreachableError where the connection broke, so that what came before is not all of it.
        """
        with (
            saying_unreachable(self._http.base_url),
            self._http.stream("GET", calls.export_path(batch_id, written)) as response,
        ):
            if not response.is_success:
                response.read()
                raise error_of(response)
            yield from response.iter_bytes()
