"""Both clients against a real server: the same verbs, the same answers."""

import asyncio
import inspect
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from crucible import client
from crucible.client import (
    AsyncCrucible,
    Crucible,
    EvaluationFilter,
    InputFile,
    Outcome,
    Retries,
    Status,
    Submission,
    calls,
)
from crucible.client.connection import options
from crucible.domain import errors
from crucible.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from crucible.domain.event import Finished, Output
from crucible.domain.sandbox import SandboxEvent, SandboxSpec
from crucible.domain.webhook import WebhookEvent, WebhookRequest
from tests.api.test_evaluations import prolific, sleepy
from tests.fake_executor import FakeExecutor, Gate
from tests.serving import Serving, serving
from tests.waiting import until

PROGRAM = Submission(code="print(1)", labels={"study": "a"}, files=(InputFile(path="in", content="x"),))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path / "data", FakeExecutor(prolific)) as running:
        yield running


def test_an_evaluation_lives_through_the_client(server: Serving) -> None:
    with Crucible(server.url) as crucible:
        assert crucible.readiness().ready
        assert [runtime.name for runtime in crucible.runtimes()] == ["python3.11", "bash"]
        assert [engine.name for engine in crucible.engines()] == ["strong", "fake"]
        evaluation = crucible.run(PROGRAM)
        assert (evaluation.outcome, evaluation.stdout) == (Outcome.SUCCEEDED, "0123456789")
        assert crucible.wait(evaluation.id) == crucible.get(evaluation.id) == evaluation
        assert crucible.output(evaluation.id, "stderr") == b"\xff\x00"
        assert [file.path for file in crucible.files(evaluation.id).items] == ["out/r\u00e9sum\u00e9.txt", "plain"]
        assert crucible.file(evaluation.id, "out/r\u00e9sum\u00e9.txt") == b"file"
        events = list(crucible.events(evaluation.id))
        assert [event.encoding for event in events if isinstance(event, Output)] == ["utf-8", "base64"]
        assert isinstance(events[-1], Finished)
        with pytest.raises(ConflictError):
            crucible.cancel(evaluation.id)
        assert crucible.rerun(evaluation.id, wait_seconds=10).outcome is Outcome.SUCCEEDED
        crucible.delete(evaluation.id)
        with pytest.raises(NotFoundError):
            crucible.get(evaluation.id)
        assert crucible.restore(evaluation.id) == evaluation


async def test_an_evaluation_lives_through_the_asynchronous_client(server: Serving) -> None:
    async with AsyncCrucible(server.url) as crucible:
        assert (await crucible.readiness()).ready
        assert [runtime.name for runtime in await crucible.runtimes()] == ["python3.11", "bash"]
        assert [engine.name for engine in await crucible.engines()] == ["strong", "fake"]
        evaluation = await crucible.run(PROGRAM)
        assert await crucible.wait(evaluation.id) == await crucible.get(evaluation.id) == evaluation
        assert await crucible.output(evaluation.id) == b"0123456789"
        assert len((await crucible.files(evaluation.id)).items) == 2
        assert await crucible.file(evaluation.id, "plain") == b""
        assert [event.kind async for event in crucible.events(evaluation.id)][-1] == "finished"
        with pytest.raises(ConflictError):
            await crucible.cancel(evaluation.id)
        assert (await crucible.rerun(evaluation.id, wait_seconds=10)).outcome is Outcome.SUCCEEDED
        await crucible.delete(evaluation.id)
        assert await crucible.restore(evaluation.id) == evaluation
        acknowledged = await crucible.submit_many([PROGRAM] * 3)
        listed = [one.id async for one in crucible.evaluations(EvaluationFilter(label=("study=a",)), page_size=2)]
        assert {one.id for one in acknowledged} < set(listed)
        assert len((await crucible.page(limit=1)).items) == 1


def test_ctrl_c_while_a_program_runs_ends_it(server: Serving) -> None:
    async def interrupting(spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        os.kill(os.getpid(), signal.SIGINT)
        async for event in sleepy(spec):
            yield event

    server.executor.script = interrupting
    with Crucible(server.url) as crucible:
        with pytest.raises(KeyboardInterrupt):
            crucible.run(PROGRAM)
        (evaluation,) = crucible.evaluations()
        assert crucible.wait(evaluation.id).outcome is Outcome.CANCELLED


async def test_who_is_cancelled_while_a_program_runs_ends_it(server: Serving) -> None:
    server.executor.script = gate = Gate()

    async def begun() -> bool:
        return gate.reached.is_set()

    async with AsyncCrucible(server.url) as crucible:
        running = asyncio.create_task(crucible.run(PROGRAM))
        await until(begun)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        (evaluation,) = (await crucible.page()).items
        assert (await crucible.wait(evaluation.id)).outcome is Outcome.CANCELLED


async def test_as_many_are_asked_at_once_as_the_caller_asks_for() -> None:
    """A hundred at most was the library's bound: who waited for a free one gave up, as if nobody answered."""
    count = 150
    all_there = asyncio.Barrier(count)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await all_there.wait()
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{"ready":true}')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        async with AsyncCrucible(f"http://127.0.0.1:{port}", retries=Retries(attempts=1)) as crucible:
            answers = await asyncio.gather(*(crucible.readiness() for _ in range(count)))
    assert all(answer.ready for answer in answers)


def test_many_are_listed_page_by_page(server: Serving) -> None:
    with Crucible(server.url) as crucible:
        acknowledged = crucible.submit_many([PROGRAM] * 7)
        for one in acknowledged:
            crucible.wait(one.id)
        wanted = EvaluationFilter(status=frozenset({Status.COMPLETED, Status.FAILED}), text="print")
        listed = list(crucible.evaluations(wanted, page_size=2))
        assert sorted(one.id for one in listed) == sorted(one.id for one in acknowledged)
        assert list(crucible.evaluations(EvaluationFilter(label=("study=b",)))) == []


def test_what_a_notebook_shows_is_what_differs_from_the_defaults() -> None:
    assert repr(Submission(code="print(1)", labels={"study": "a"})) == (
        "Submission(code='print(1)', labels={'study': 'a'})"
    )
    assert repr(InputFile(path="in", content="x" * 1002)) == (
        f"InputFile(path='in', content='{'x' * 1000}… and 2 characters more')"
    )
    with Crucible("http://127.0.0.1:7878") as crucible:
        assert repr(crucible) == "<Crucible http://127.0.0.1:7878>"
        assert repr(crucible.sessions.get("se_1")) == "<HeldSession se_1>"


def test_every_error_that_a_server_raises_can_be_had_where_the_client_is() -> None:
    raised = {name for name, _ in inspect.getmembers(errors, inspect.isclass) if name.endswith("Error")}
    assert raised - {"FieldError"} <= set(client.__all__)


def test_the_servers_errors_arrive_as_what_they_are(server: Serving) -> None:
    with Crucible(server.url) as crucible, pytest.raises(InvalidRequestError) as raised:
        crucible.submit(Submission(code="1", runtime="cobol"))
    assert raised.value.errors[0].field == "runtime"


def test_both_clients_have_the_same_verbs() -> None:
    def verbs(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(verb).parameters)
            for name, verb in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert verbs(Crucible) == verbs(AsyncCrucible)


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRUCIBLE_URL", raising=False)
    with Crucible() as crucible:
        assert crucible.url == "http://127.0.0.1:7878"
    monkeypatch.setenv("CRUCIBLE_URL", "http://crucible.example")
    with Crucible() as crucible:
        assert crucible.url == "http://crucible.example"


@pytest.mark.parametrize("address", ["127.0.0.1:7878", "localhost", "ftp://127.0.0.1"])
def test_what_is_no_servers_address_is_refused_before_anybody_is_asked(address: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"url: must begin with http:// or https://, is '{address}'"):
        Crucible(address)


def test_no_proxy_is_asked_for_what_is_on_this_machine() -> None:
    assert options("http://localhost:1")["trust_env"] is False
    assert options("https://crucible.example")["trust_env"] is True
    assert options("https://crucible.example")["verify"] is True


async def test_receivers_are_made_and_removed_through_both_clients(server: Serving) -> None:
    request = WebhookRequest(url="http://1.1.1.1/hook", events=frozenset({WebhookEvent.DEAD_LETTER}))
    with Crucible(server.url) as crucible:
        made = crucible.operations.add_webhook(request)
        assert [each.id for each in crucible.operations.webhooks()] == [made.id]
        assert crucible.operations.deliveries(made.id) == ()
    async with AsyncCrucible(server.url) as crucible:
        operations = crucible.operations
        other = await operations.add_webhook(request)
        assert [each.events for each in await operations.webhooks()] == [request.events] * 2
        await operations.remove_webhook(made.id)
        assert await operations.deliveries(other.id) == ()
    with Crucible(server.url) as crucible:
        crucible.operations.remove_webhook(other.id)
        with pytest.raises(NotFoundError):
            crucible.operations.deliveries(other.id)


def test_what_a_later_server_adds_to_an_answer_is_passed_over(server: Serving) -> None:
    with Crucible(server.url) as crucible:
        evaluation = crucible.run(PROGRAM)
    later = evaluation.model_dump(mode="json") | {"added": 1}
    later["limits"]["added"] = 1
    assert calls.get(evaluation.id).read(json.dumps(later).encode()) == evaluation
    with pytest.raises(ValidationError):
        calls.get(evaluation.id).read(json.dumps(later | {"status": "unheard of"}).encode())
