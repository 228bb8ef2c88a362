"""What is sent again, when, and under which key."""

import httpx2
import pytest

from crucible.client import (
    AsyncCrucible,
    Crucible,
    Retries,
    ServerUnreachableError,
    Submission,
    UnexpectedAnswerError,
)
from crucible.client.errors import error_of, retry_after_seconds
from crucible.domain.errors import CrucibleError, InvalidRequestError, NotFoundError, StorageUnavailableError

AT_ONCE = Retries(attempts=3, first_seconds=0.0)
PROGRAM = Submission(code="1")

Answer = httpx2.Response | Exception


class Script(httpx2.MockTransport):
    """Gives these answers in turn and remembers what it was asked; the network's failures can't be had at will."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[httpx2.Request] = []
        self._answers = iter(answers)
        super().__init__(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def asking(script: Script, retries: Retries = AT_ONCE) -> Crucible:
    return Crucible("http://test", transport=script, retries=retries)


def runtimes() -> httpx2.Response:
    return httpx2.Response(200, json={"items": []})


def problem(status: int, slug: str, **headers: str) -> httpx2.Response:
    body = {"type": f"urn:crucible:problem:{slug}", "title": slug, "status": status, "detail": "so it is"}
    return httpx2.Response(status, json=body, headers=headers)


@pytest.mark.parametrize(
    "failure",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadError("reset"),
        httpx2.ReadTimeout("silence"),
        problem(429, "unavailable"),
        problem(502, "unavailable"),
        problem(503, "storage-unavailable"),
        problem(504, "unavailable"),
    ],
    ids=["refused", "reset", "silence", "429", "502", "503", "504"],
)
def test_what_may_pass_is_asked_again(failure: Answer) -> None:
    script = Script(failure, failure, runtimes())
    assert asking(script).runtimes() == ()
    assert len(script.requests) == 3


def test_a_submission_is_sent_again_under_the_same_key() -> None:
    script = Script(httpx2.ReadError("reset"), problem(503, "unavailable"), problem(422, "invalid-request"))
    with pytest.raises(InvalidRequestError):
        asking(script).submit(PROGRAM)
    first, second, third = (request.headers["idempotency-key"] for request in script.requests)
    assert first == second == third
    assert len(first) >= 16


@pytest.mark.parametrize("failure", [httpx2.ReadError("reset"), problem(503, "storage-unavailable")])
def test_what_was_removed_though_nobody_was_told_is_removed(failure: Answer) -> None:
    for remove in (
        lambda client: client.delete("ev"),
        lambda client: client.schedules.remove("sc"),
        lambda client: client.operations.remove_webhook("wh"),
    ):
        script = Script(failure, problem(404, "not-found"))
        remove(asking(script))
        assert len(script.requests) == 2
    with pytest.raises(NotFoundError):
        asking(Script(problem(404, "not-found"))).delete("ev")


@pytest.mark.parametrize("status", [502, 504])
def test_what_a_gateway_lost_sight_of_runs_no_second_time(status: int) -> None:
    script = Script(problem(status, "unavailable"))
    with pytest.raises(CrucibleError):
        asking(script).sessions.get("se").exec(["sh"])
    assert len(script.requests) == 1


def test_each_submission_has_a_key_of_its_own() -> None:
    script = Script(*[problem(422, "invalid-request")] * 4)
    client = asking(script)
    for create in (
        lambda: client.submit(PROGRAM),
        lambda: client.submit_many([PROGRAM]),
        lambda: client.rerun("ev"),
    ):
        with pytest.raises(InvalidRequestError):
            create()
    with pytest.raises(InvalidRequestError):
        client.submit(PROGRAM, idempotency_key="mine")
    *made, given = (request.headers["idempotency-key"] for request in script.requests)
    assert len(set(made)) == 3
    assert given == "mine"


@pytest.mark.parametrize(
    ("status", "slug", "kind"), [(404, "not-found", NotFoundError), (422, "invalid-request", InvalidRequestError)]
)
def test_what_will_not_pass_is_raised_at_once(status: int, slug: str, kind: type[Exception]) -> None:
    script = Script(problem(status, slug))
    with pytest.raises(kind, match="so it is"):
        asking(script).get("ev_1")
    assert len(script.requests) == 1


def test_who_gives_up_raises_what_the_server_said_last() -> None:
    script = Script(*[problem(503, "storage-unavailable")] * 3)
    with pytest.raises(StorageUnavailableError):
        asking(script).runtimes()


def test_who_reaches_nobody_says_where() -> None:
    script = Script(*[httpx2.ConnectError("refused")] * 3)
    with pytest.raises(ServerUnreachableError, match=r"no Crucible answers at http://test.*: refused"):
        asking(script).runtimes()


@pytest.mark.parametrize("answer", [httpx2.Response(200, text="<html>"), httpx2.Response(500, text="oops")])
def test_what_does_not_speak_as_a_crucible_is_named(answer: httpx2.Response) -> None:
    with pytest.raises(UnexpectedAnswerError, match="http://test"):
        asking(Script(answer)).runtimes()


def test_an_unknown_problem_keeps_its_words() -> None:
    answer = problem(418, "teapot")
    answer.request = httpx2.Request("GET", "http://test")
    error = error_of(answer)
    assert isinstance(error, UnexpectedAnswerError)
    assert error.detail == "so it is"


def test_waits_double_and_are_spread() -> None:
    retries = Retries(attempts=100, first_seconds=1.0, longest_seconds=8.0)
    for failed, longest in ((1, 1), (2, 2), (3, 4), (4, 8), (50, 8)):
        waits = [retries.delay(failed) or 0 for _ in range(200)]
        assert 0 <= min(waits) < longest / 4
        assert longest * 3 / 4 < max(waits) <= longest


def test_the_server_may_ask_to_be_left_alone_for_longer() -> None:
    answer = problem(503, "unavailable", **{"Retry-After": "7"})
    assert (AT_ONCE.delay(1, answer) or 0) >= 7
    assert AT_ONCE.delay(1, problem(503, "unavailable", **{"Retry-After": "tomorrow"})) == 0


def test_it_ends_some_time() -> None:
    assert AT_ONCE.delay(3) is None
    assert AT_ONCE.delay(1, problem(404, "not-found")) is None


async def test_the_asynchronous_client_is_as_persistent() -> None:
    script = Script(httpx2.ConnectError("refused"), problem(503, "unavailable"), runtimes())
    async with AsyncCrucible("http://test", transport=script, retries=AT_ONCE) as client:
        assert await client.runtimes() == ()
    gone = Script(*[httpx2.ConnectError("refused")] * 3)
    async with AsyncCrucible("http://test", transport=gone, retries=AT_ONCE) as client:
        with pytest.raises(ServerUnreachableError):
            await client.submit(PROGRAM)
    assert len({request.headers["idempotency-key"] for request in gone.requests}) == 1


@pytest.mark.parametrize("asked", ["3601", "9" * 5000])
def test_no_server_has_a_client_wait_for_more_than_an_hour(asked: str) -> None:
    assert retry_after_seconds(problem(503, "unavailable", **{"Retry-After": asked})) == 3600


@pytest.mark.parametrize("asked", ["", "-1", "1.5", "٣", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_what_is_no_number_of_seconds_is_not_waited_for(asked: str) -> None:
    answer = httpx2.Response(503, headers=[(b"Retry-After", asked.encode())])
    assert retry_after_seconds(answer) is None
