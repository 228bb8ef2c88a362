"""The client for programs that wait for each answer."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from crucible.client import calls
from crucible.client.batches import Batches
from crucible.client.calls import LONGEST_WAIT_SECONDS, Call
from crucible.client.connection import (
    ANSWER_SECONDS,
    SILENCE_SECONDS,
    answer_of,
    event_of,
    options,
    resume_headers,
)
from crucible.client.errors import ServerUnreachableError, error_of, unreachable
from crucible.client.operations import Operations
from crucible.client.pipelines import Pipelines
from crucible.client.retries import Retries
from crucible.client.schedules import Schedules
from crucible.client.sessions import Sessions
from crucible.domain.answer import EvaluationPage, FileList, Readiness
from crucible.domain.engine import Engine
from crucible.domain.errors import CrucibleError
from crucible.domain.evaluation import Evaluation, EvaluationFilter, EvaluationSummary, Submission
from crucible.domain.event import Event, Finished
from crucible.domain.runtime import Runtime
from crucible.domain.sandbox import StreamName

T = TypeVar("T")


class Crucible:
    """A connection to a Crucible server; use it in a `with` block. Threads may share it.

    Whatever the connection does, a submission is acknowledged once: each carries an idempotency key, and is sent
    again under the same one. Methods raise the errors of `crucible.domain.errors` that the server raised, and
    ServerUnreachableError.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        retries: Retries | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Set up; connect with the first call. `url` defaults to CRUCIBLE_URL, then to this machine."""
        self._http = httpx2.Client(transport=transport, **options(url))
        self._retries = retries or Retries()

    @property
    def url(self) -> str:
        """Where the server is."""
        return str(self._http.base_url)

    def __repr__(self) -> str:
        return f"<Crucible {self.url}>"

    def __enter__(self) -> Self:
        self._http.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.__exit__(kind, error, trace)

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def submit(
        self, submission: Submission, *, wait_seconds: float = 0.0, idempotency_key: str | None = None
    ) -> Evaluation:
        """Hand in a program. On return it is on the server's disk; with `wait_seconds` (up to 60), maybe ended."""
        return self._ask(calls.submit(submission, wait_seconds, idempotency_key))

    def submit_many(
        self, submissions: Sequence[Submission], *, idempotency_key: str | None = None
    ) -> tuple[EvaluationSummary, ...]:
        """Hand in up to 1,000 programs. All are acknowledged, or none is; answered in the same order."""
        return (self._ask(calls.submit_many(submissions, idempotency_key))).items

    def run(self, submission: Submission) -> Evaluation:
        """Hand in a program and wait for its end, however long that takes. Whoever interrupts this ends it."""
        key = calls.new_key()
        try:
            evaluation = self.submit(submission, wait_seconds=LONGEST_WAIT_SECONDS, idempotency_key=key)
            return evaluation if evaluation.status.is_final else self.wait(evaluation.id)
        except KeyboardInterrupt:
            with contextlib.suppress(CrucibleError):  # it has ended, or nobody is there to ask
                self.cancel(self.submit(submission, idempotency_key=key).id)
            raise

    def wait(self, evaluation_id: str) -> Evaluation:
        """Wait for an evaluation's end, however long that takes."""
        while True:
            evaluation = self.get(evaluation_id, wait_seconds=LONGEST_WAIT_SECONDS)
            if evaluation.status.is_final:
                return evaluation

    def get(self, evaluation_id: str, *, wait_seconds: float = 0.0) -> Evaluation:
        """Return an evaluation; with `wait_seconds` (up to 60), its end where that comes in time."""
        return self._ask(calls.get(evaluation_id, wait_seconds))

    def page(
        self, wanted: EvaluationFilter | None = None, *, limit: int = 50, cursor: str | None = None
    ) -> EvaluationPage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return self._ask(calls.page(wanted or EvaluationFilter(), limit, cursor))

    def evaluations(
        self, wanted: EvaluationFilter | None = None, *, page_size: int = 200
    ) -> Iterator[EvaluationSummary]:
        """Yield every evaluation that the filter admits, newest first, asking for more as they are used up."""
        cursor = None
        while True:
            page = self.page(wanted, limit=page_size, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def events(self, evaluation_id: str, *, after: str | None = None) -> Iterator[Event]:
        """Yield what happened and what happens, until the end. A broken connection is resumed: no gap, no repeat.

        `after` is the id of the last event that is known already.
        """
        failed = 0
        while True:
            refusal: httpx2.Response | None = None
            broken: httpx2.TransportError = httpx2.RemoteProtocolError(
                "the stream ended before the evaluation did"
            )
            try:
                with self._http.sse(
                    calls.events_path(evaluation_id),
                    headers=resume_headers(after),
                    timeout=SILENCE_SECONDS,
                    max_event_size=None,
                ) as source:
                    if source.response.is_success:
                        for told in source:
                            event = event_of(told.data)
                            after, failed = event.id, 0
                            yield event
                            if isinstance(event, Finished):
                                return
                    else:
                        source.response.read()
                        refusal = source.response
            except httpx2.TransportError as error:
                broken = error
            failed += 1
            delay = self._retries.delay(failed, refusal)
            if delay is None:
                raise error_of(refusal) if refusal is not None else self._unreachable(broken)
            time.sleep(delay)

    def output(self, evaluation_id: str, stream: StreamName = "stdout") -> bytes:
        """Return exactly what the program wrote; nothing before it ended: until then its events have it."""
        return self._ask(calls.output(evaluation_id, stream))

    def files(self, evaluation_id: str) -> FileList:
        """Return the list of the files that the program left."""
        return self._ask(calls.files(evaluation_id))

    def file(self, evaluation_id: str, path: str) -> bytes:
        """Return a file that the program left."""
        return self._ask(calls.file(evaluation_id, path))

    def cancel(self, evaluation_id: str) -> Evaluation:
        """Ask for an evaluation's end. What runs keeps its output so far; `wait` for it to be over."""
        return self._ask(calls.cancel(evaluation_id))

    def rerun(
        self, evaluation_id: str, *, wait_seconds: float = 0.0, idempotency_key: str | None = None
    ) -> Evaluation:
        """Run the same program again, as an evaluation of its own."""
        return self._ask(calls.rerun(evaluation_id, wait_seconds, idempotency_key))

    def submission(self, evaluation_id: str) -> Submission:
        """Return what was handed in, ready to be changed and handed in again."""
        return self._ask(calls.submission(evaluation_id))

    def delete(self, evaluation_id: str) -> None:
        """Hide an evaluation that ended. It can be restored until retention ends."""
        self._ask(calls.delete(evaluation_id))

    def restore(self, evaluation_id: str) -> Evaluation:
        """Show a deleted evaluation again."""
        return self._ask(calls.restore(evaluation_id))

    def runtimes(self) -> tuple[Runtime, ...]:
        """Return what programs can be written in."""
        return (self._ask(calls.runtimes())).items

    def engines(self) -> tuple[Engine, ...]:
        """Return what programs can be isolated by, the strongest first."""
        return self._ask(calls.engines()).items

    def readiness(self) -> Readiness:
        """Return whether the server can do its work now, and what is in the way."""
        return self._ask(calls.readiness())

    @property
    def operations(self) -> Operations:
        """What was given up, what waits, and who works."""
        return Operations(self._ask)

    @property
    def batches(self) -> Batches:
        """Many programs as one."""
        return Batches(self._ask, self._http)

    @property
    def pipelines(self) -> Pipelines:
        """Programs one after another."""
        return Pipelines(self._ask)

    @property
    def schedules(self) -> Schedules:
        """Programs that run again and again."""
        return Schedules(self._ask)

    @property
    def sessions(self) -> Sessions:
        """Sandboxes that stay."""
        return Sessions(self._ask, self._http)

    def _ask(self, call: Call[T]) -> T:
        request = self._http.build_request(
            call.method,
            call.path,
            params=list(call.parameters),
            content=call.content,
            headers=call.headers,
            timeout=ANSWER_SECONDS + call.wait_seconds,
        )
        failed = 0
        while True:
            response: httpx2.Response | None = None
            broken: httpx2.TransportError | None = None
            try:
                response = self._http.send(request)
            except httpx2.TransportError as error:
                broken = error
            if response is not None and (response.is_success or response.status_code in call.also_success):
                return answer_of(call, response)
            failed += 1
            status = None if response is None else response.status_code
            delay = self._retries.delay(failed, response) if call.may_be_sent_again(status) else None
            call = call.again()
            if delay is None and response is not None:
                raise error_of(response)
            if delay is None and broken is not None:
                raise self._unreachable(broken) from broken
            time.sleep(delay or 0)

    def _unreachable(self, error: httpx2.TransportError) -> ServerUnreachableError:
        return unreachable(self._http.base_url, error)
