"""Events over the wire: in order, each once, and alive where nothing happens."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import httpx2
import pytest

from crucible.api.event_source import tell, with_heartbeats
from crucible.domain.event import Event, Queued
from tests.fake_executor import STARTED, Gate, curious, stdout
from tests.serving import Serving


def told(http: httpx2.Client, identifier: str, **headers: str) -> list[httpx2.ServerSentEvent]:
    with http.sse(f"/evaluations/{identifier}/events", headers=headers) as source:
        return list(source)


def ended(http: httpx2.Client) -> str:
    identifier: str = http.post("/evaluations?wait=10", json={"code": "1"}).json()["id"]
    return identifier


def test_the_history_is_told_from_first_to_last(http: httpx2.Client) -> None:
    events = told(http, ended(http))
    assert [event.event for event in events] == ["queued", "started", "output", "finished"]
    assert [event.id for event in events] == ["0-0", "1-0", "1-1", "1-2"]


def test_events_are_told_while_they_happen(server: Serving, http: httpx2.Client) -> None:
    gate = Gate(STARTED, stdout(b"now\n"))
    server.executor.script = gate
    identifier = http.post("/evaluations", json={"code": "1"}).json()["id"]
    with http.sse(f"/evaluations/{identifier}/events") as source:
        assert source.response.headers["cache-control"] == "no-store"
        for event in source:
            if event.event == "output":
                assert server.loop is not None
                server.loop.call_soon_threadsafe(gate.opened.set)
        assert event.event == "finished"


def test_what_was_refused_is_told_in_its_place_and_kept(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = curious
    events = told(http, ended(http))
    assert [event.event for event in events] == ["queued", "started", "attempt", "attempt", "attempt", "finished"]
    first = json.loads(events[2].data)
    assert (first["action"], first["name"], first["detail"], first["count"]) == (
        "connection",
        "connect",
        "192.0.2.7:80",
        1,
    )
    assert json.loads(events[4].data)["count"] == 1200


@pytest.mark.parametrize("last", ["0-0", "1-0", "1-1", "1-2"])
def test_a_stream_resumes_behind_the_last_event_without_gap_or_repeat(http: httpx2.Client, last: str) -> None:
    identifier = ended(http)
    everything = [event.id for event in told(http, identifier)]
    rest = [event.id for event in told(http, identifier, **{"Last-Event-ID": last})]
    assert rest == everything[everything.index(last) + 1 :]
    with http.sse(f"/evaluations/{identifier}/events?after={last}") as source:
        assert [event.id for event in source] == rest


@pytest.mark.parametrize("last", ["nonsense", "1", "1-", "-1-0", "1-0x"])
def test_a_place_that_is_none_is_refused(http: httpx2.Client, last: str) -> None:
    identifier = ended(http)
    answer = http.get(f"/evaluations/{identifier}/events", headers={"Last-Event-ID": last})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Last-Event-ID")
    assert http.get(f"/evaluations/{identifier}/events?after={last}").json()["errors"][0]["field"] == "after"


async def test_silence_is_filled_with_signs_of_life() -> None:
    opened = asyncio.Event()
    closed = asyncio.Event()

    async def events() -> AsyncGenerator[Event, None]:
        try:
            await opened.wait()
            yield Queued(evaluation_id="ev", fence=0, sequence=0, at=datetime.now(UTC))
        finally:
            closed.set()

    wire = with_heartbeats(events(), 0.01, tell)
    assert await anext(wire) == b": still here\n\n"
    assert await anext(wire) == b": still here\n\n"
    opened.set()
    rest = [chunk async for chunk in wire]
    assert rest[-1].startswith(b"id: 0-0\nevent: queued\ndata: {")
    assert closed.is_set()


async def test_a_reader_that_leaves_ends_the_following() -> None:
    closed = asyncio.Event()

    async def events() -> AsyncGenerator[Event, None]:
        try:
            await asyncio.Event().wait()
            yield Queued(evaluation_id="ev", fence=0, sequence=0, at=datetime.now(UTC))
        finally:
            closed.set()

    wire = with_heartbeats(events(), 0.01, tell)
    await anext(wire)
    await wire.aclose()
    assert closed.is_set()
