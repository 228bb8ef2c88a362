"""Batches through both clients, against a real server."""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crucible.client import AsyncCrucible, BatchRequest, BatchState, Crucible, Outcome, Submission, batch_calls
from crucible.client.async_batches import AsyncBatches
from crucible.client.batches import Batches
from crucible.domain.errors import ConflictError, NotFoundError
from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    monkeypatch.setattr(batch_calls, "CHUNK_ITEMS", 3)
    with serving(tmp_path / "data", FakeExecutor()) as running:
        yield running


def programs(count: int) -> Iterator[Submission]:
    return (Submission(code=f"print({number})") for number in range(count))


def test_a_batch_lives_through_the_client(server: Serving) -> None:
    with Crucible(server.url) as crucible:
        batches, seen = crucible.batches, list[int]()
        made = batches.submit(
            programs(7), BatchRequest(name="x"), progress=lambda batch: seen.append(batch.received)
        )
        assert (made.received, seen) == (7, [3, 6, 7])
        looks = list[int]()
        ended = batches.wait(made.id, poll_seconds=0.01, progress=lambda batch: looks.append(batch.ended))
        assert looks[-1] == 7
        assert (ended.state, ended.outcomes) == (BatchState.COMPLETED, {Outcome.SUCCEEDED: 7})
        listed = batches.evaluations(made.id, outcome=[Outcome.SUCCEEDED], page_size=5)
        assert [one.batch_position for one in listed] == list(range(7))
        assert batches.page().items == (ended,)
        assert batches.causes(made.id).items == ()
        assert batches.retry(made.id) == ended
        lines = b"".join(batches.export(made.id)).splitlines()
        assert [json.loads(line)["code"] for line in lines] == [f"print({number})" for number in range(7)]
        with pytest.raises(ConflictError):
            batches.cancel(made.id)
        with pytest.raises(NotFoundError):
            list(batches.export("ba_missing"))


async def test_a_batch_lives_through_the_asynchronous_client(server: Serving) -> None:
    async with AsyncCrucible(server.url) as crucible:
        batches = crucible.batches
        made = await batches.submit(programs(7))
        looks = list[int]()
        ended = await batches.wait(made.id, poll_seconds=0.01, progress=lambda batch: looks.append(batch.ended))
        assert (ended.outcomes, looks[-1]) == ({Outcome.SUCCEEDED: 7}, 7)
        assert len([piece async for piece in batches.export(made.id, "csv")]) > 0
        assert len([one async for one in batches.evaluations(made.id, page_size=5)]) == 7
        with pytest.raises(NotFoundError):
            [piece async for piece in batches.export("ba_missing")]


def test_a_batch_that_broke_off_goes_on_under_its_key(server: Serving) -> None:
    class LinkBrokeError(Exception):
        pass

    def breaks_after(count: int) -> Callable[[object], None]:
        left = iter([None] * count)

        def hear(_batch: object) -> None:
            if next(left, "none") == "none":
                raise LinkBrokeError

        return hear

    with Crucible(server.url) as crucible:
        with pytest.raises(LinkBrokeError):
            crucible.batches.submit(programs(10), idempotency_key="k", progress=breaks_after(1))
        received = list[int]()
        made = crucible.batches.submit(
            programs(10), idempotency_key="k", progress=lambda batch: received.append(batch.received)
        )
        assert received == [9, 10]
        assert crucible.batches.submit(programs(10), idempotency_key="k").id == made.id
        assert len(crucible.batches.page().items) == 1


def test_an_open_batch_takes_more(server: Serving) -> None:
    with Crucible(server.url) as crucible:
        made = crucible.batches.create()
        assert crucible.batches.hand_in(made.id, programs(4), offset=0).received == 4
        assert crucible.batches.hand_in(made.id, programs(5), offset=0).received == 5
        assert crucible.batches.close(made.id).closed_at is not None


def test_both_clients_have_the_same_verbs() -> None:
    def verbs(kind: type) -> dict[str, list[str]]:
        members = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(verb).parameters) for name, verb in members if name[0] != "_"}

    assert verbs(Batches) == verbs(AsyncBatches)
