"""A stream that breaks is resumed where it broke."""

from datetime import UTC, datetime

import httpx2
import pytest

from crucible.client import AsyncCrucible, Crucible, Retries, ServerUnreachableError, UnexpectedAnswerError
from crucible.domain.errors import NotFoundError
from crucible.domain.event import Finished, Queued, Started
from crucible.domain.outcome import Outcome

AT_ONCE = Retries(attempts=3, first_seconds=0.0)
AT = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = (
    Queued(evaluation_id="ev", fence=0, sequence=0, at=AT),
    Started(evaluation_id="ev", fence=1, sequence=0, at=AT, worker="w", engine="e", isolation="shared-kernel"),
    Finished(evaluation_id="ev", fence=1, sequence=1, at=AT, outcome=Outcome.SUCCEEDED),
)
HISTORY = {event.id: event.model_dump_json() for event in EVENTS}


class Breaking(httpx2.MockTransport):
    """A server whose connection breaks after each event, and which resumes as it is asked to."""

    def __init__(self, *, refuse_first: bool = False) -> None:
        self.asked: list[str | None] = []
        self._refuse = refuse_first
        super().__init__(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.headers.get("last-event-id"))
        if self._refuse:
            self._refuse = False
            return httpx2.Response(
                503, json={"type": "urn:crucible:problem:unavailable", "title": "", "status": 503, "detail": ""}
            )
        known = self.asked[-1]
        place = list(HISTORY).index(known) + 1 if known else 0
        name = list(HISTORY)[place]
        wire = f": still here\n\nid: {name}\ndata: {HISTORY[name]}\n\n"
        return httpx2.Response(200, text=wire, headers={"Content-Type": "text/event-stream"})


def test_each_event_comes_once_however_often_the_stream_breaks() -> None:
    transport = Breaking(refuse_first=True)
    with Crucible("http://test", transport=transport, retries=AT_ONCE) as client:
        events = list(client.events("ev"))
    assert [event.id for event in events] == list(HISTORY)
    assert isinstance(events[-1], Finished)
    assert transport.asked == [None, None, "0-0", "1-0"]


async def test_the_asynchronous_client_resumes_as_well() -> None:
    transport = Breaking(refuse_first=True)
    async with AsyncCrucible("http://test", transport=transport, retries=AT_ONCE) as client:
        assert [event.id async for event in client.events("ev", after="0-0")] == ["1-0", "1-1"]
    assert transport.asked == ["0-0", "0-0", "1-0"]


def test_a_refusal_that_stays_is_raised() -> None:
    def refuse(_request: httpx2.Request) -> httpx2.Response:
        body = {"type": "urn:crucible:problem:not-found", "title": "", "status": 404, "detail": "gone"}
        return httpx2.Response(404, json=body)

    with (
        Crucible("http://test", transport=httpx2.MockTransport(refuse), retries=AT_ONCE) as client,
        pytest.raises(NotFoundError),
    ):
        list(client.events("ev"))


@pytest.mark.parametrize("failure", [httpx2.ConnectError("refused"), None])
def test_a_stream_that_never_goes_on_is_given_up(failure: Exception | None) -> None:
    def fail(_request: httpx2.Request) -> httpx2.Response:
        if failure:
            raise failure
        return httpx2.Response(200, text=": still here\n\n", headers={"Content-Type": "text/event-stream"})

    with (
        Crucible("http://test", transport=httpx2.MockTransport(fail), retries=AT_ONCE) as client,
        pytest.raises(ServerUnreachableError),
    ):
        list(client.events("ev"))


def test_an_event_of_another_version_is_named() -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        wire = 'id: 0-0\ndata: {"kind": "dreamt"}\n\n'
        return httpx2.Response(200, text=wire, headers={"Content-Type": "text/event-stream"})

    with (
        Crucible("http://test", transport=httpx2.MockTransport(answer), retries=AT_ONCE) as client,
        pytest.raises(UnexpectedAnswerError),
    ):
        list(client.events("ev"))


@pytest.mark.parametrize("failure", [httpx2.ConnectError("refused"), None])
async def test_the_stream_of_an_exec_that_breaks_is_no_end_and_not_sent_again(failure: Exception | None) -> None:
    asked = 0

    def fail(_request: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        if failure:
            raise failure
        return httpx2.Response(200, text=": still here\n\n", headers={"Content-Type": "text/event-stream"})

    transport = httpx2.MockTransport(fail)
    with (
        Crucible("http://test", transport=transport, retries=AT_ONCE) as client,
        pytest.raises(ServerUnreachableError),
    ):
        list(client.sessions.get("se").stream(["true"]))
    async with AsyncCrucible("http://test", transport=transport, retries=AT_ONCE) as client:
        with pytest.raises(ServerUnreachableError):
            [event async for event in client.sessions.get("se").stream(["true"])]
    assert asked == 2
