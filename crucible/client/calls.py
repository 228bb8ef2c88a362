"""Each thing that the API can be asked, as data: what to send, and how to read the answer.

The synchronous and the asynchronous client differ in how they wait, and in nothing that is here.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Generic, Literal, Protocol, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from crucible.client.reading import reads
from crucible.domain.answer import (
    EngineList,
    EvaluationList,
    EvaluationPage,
    FileList,
    Readiness,
    RuntimeList,
    Submissions,
)
from crucible.domain.evaluation import Evaluation, EvaluationFilter, Submission
from crucible.domain.sandbox import StreamName

T = TypeVar("T")
LONGEST_WAIT_SECONDS = 60.0
PREFIX = "/api/v1"
_NOT_BEGUN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""What a server answers that did not begin with a request. A gateway's 502 and 504 say nothing of that."""

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One request."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    read: Callable[[bytes], T]
    parameters: Parameters = ()
    content: bytes | None = None
    media_type: str = "application/json"
    """Of the content."""
    repeatable: bool = True
    """Whether it may be sent again where nobody knows what came of it: the connection, or one behind it, broke."""
    removes: bool = False
    """Whether it finds nothing where it was done before."""
    idempotency_key: str | None = None
    """Lets a request that creates be sent again without fear of creating twice."""
    wait_seconds: float = 0.0
    """How long the server may take on purpose."""
    also_success: frozenset[int] = frozenset()
    """Statuses besides 2xx whose body is the answer."""

    def may_be_sent_again(self, status: int | None) -> bool:
        """Tell whether it may, after an answer with this status, or after none."""
        return self.repeatable or status in _NOT_BEGUN

    def again(self) -> "Call[T]":
        """Return it as it is sent again: whether the first time did it, nobody knows."""
        return replace(self, also_success=self.also_success | {HTTPStatus.NOT_FOUND}) if self.removes else self

    @property
    def headers(self) -> dict[str, str]:
        """The headers that this request needs of its own."""
        headers = {"Content-Type": self.media_type} if self.content is not None else {}
        if self.idempotency_key is not None:
            headers["Idempotency-Key"] = self.idempotency_key
        return headers


class Ask(Protocol):
    """What sends a call, and returns its answer."""

    def __call__(self, call: Call[T]) -> T: ...  # noqa: D102


class AsyncAsk(Protocol):
    """The same, for programs that do something else meanwhile."""

    async def __call__(self, call: Call[T]) -> T: ...  # noqa: D102


def submit(submission: Submission, wait_seconds: float, idempotency_key: str | None) -> Call[Evaluation]:
    """Hand in a program."""
    return Call(
        method="POST",
        path=f"{PREFIX}/evaluations",
        read=reads(Evaluation),
        parameters=_wait(wait_seconds),
        content=body(submission),
        idempotency_key=idempotency_key or new_key(),
        wait_seconds=wait_seconds,
    )


def submit_many(submissions: Sequence[Submission], idempotency_key: str | None) -> Call[EvaluationList]:
    """Hand in many programs; all are acknowledged, or none is."""
    return Call(
        method="POST",
        path=f"{PREFIX}/evaluations/bulk",
        read=reads(EvaluationList),
        content=body(Submissions(evaluations=tuple(submissions))),
        idempotency_key=idempotency_key or new_key(),
    )


def rerun(evaluation_id: str, wait_seconds: float, idempotency_key: str | None) -> Call[Evaluation]:
    """Run the same program again."""
    return Call(
        method="POST",
        path=f"{_evaluation(evaluation_id)}/rerun",
        read=reads(Evaluation),
        parameters=_wait(wait_seconds),
        idempotency_key=idempotency_key or new_key(),
        wait_seconds=wait_seconds,
    )


def submission(evaluation_id: str) -> Call[Submission]:
    """Show what was handed in."""
    return Call(method="GET", path=f"{_evaluation(evaluation_id)}/submission", read=reads(Submission))


def get(evaluation_id: str, wait_seconds: float = 0.0) -> Call[Evaluation]:
    """Show an evaluation."""
    return Call(
        method="GET",
        path=_evaluation(evaluation_id),
        read=reads(Evaluation),
        parameters=_wait(wait_seconds),
        wait_seconds=wait_seconds,
    )


def page(wanted: EvaluationFilter, limit: int, cursor: str | None) -> Call[EvaluationPage]:
    """List evaluations."""
    found = wanted.model_dump(mode="json", exclude_defaults=True)
    parameters = [
        (name, str(value))
        for name, values in found.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    parameters.append(("limit", str(limit)))
    if cursor is not None:
        parameters.append(("cursor", cursor))
    return Call(
        method="GET",
        path=f"{PREFIX}/evaluations",
        read=reads(EvaluationPage),
        parameters=tuple(parameters),
    )


def cancel(evaluation_id: str) -> Call[Evaluation]:
    """End an evaluation."""
    return Call(method="POST", path=f"{_evaluation(evaluation_id)}/cancel", read=reads(Evaluation))


def delete(evaluation_id: str) -> Call[None]:
    """Hide an evaluation that ended."""
    return Call(method="DELETE", path=_evaluation(evaluation_id), read=lambda _body: None, removes=True)


def restore(evaluation_id: str) -> Call[Evaluation]:
    """Show a deleted evaluation again."""
    return Call(method="POST", path=f"{_evaluation(evaluation_id)}/restore", read=reads(Evaluation))


def output(evaluation_id: str, stream: StreamName) -> Call[bytes]:
    """Read exactly what a program wrote."""
    return Call(
        method="GET",
        path=f"{_evaluation(evaluation_id)}/output",
        read=bytes,
        parameters=(("stream", stream),),
    )


def files(evaluation_id: str) -> Call[FileList]:
    """List what a program left."""
    return Call(method="GET", path=f"{_evaluation(evaluation_id)}/files", read=reads(FileList))


def file(evaluation_id: str, path: str) -> Call[bytes]:
    """Read one file that a program left."""
    return Call(method="GET", path=f"{_evaluation(evaluation_id)}/files/{quote(path)}", read=bytes)


def runtimes() -> Call[RuntimeList]:
    """List what programs can be written in."""
    return Call(method="GET", path=f"{PREFIX}/runtimes", read=reads(RuntimeList))


def engines() -> Call[EngineList]:
    """List what programs can be isolated by."""
    return Call(method="GET", path=f"{PREFIX}/engines", read=reads(EngineList))


def readiness() -> Call[Readiness]:
    """Ask whether the server can do its work."""
    return Call(method="GET", path=f"{PREFIX}/ready", read=reads(Readiness), also_success=frozenset({503}))


def events_path(evaluation_id: str) -> str:
    """Return where an evaluation's events are."""
    return f"{_evaluation(evaluation_id)}/events"


def _evaluation(evaluation_id: str) -> str:
    return f"{PREFIX}/evaluations/{quote(evaluation_id, safe='')}"


def _wait(seconds: float) -> Parameters:
    return (("wait", f"{min(seconds, LONGEST_WAIT_SECONDS):g}"),) if seconds > 0 else ()


def body(model: BaseModel) -> bytes:
    """Return the model as a request carries it: what is left out has its default."""
    return model.model_dump_json(exclude_defaults=True).encode()


def new_key() -> str:
    """Return an idempotency key that nobody has."""
    return secrets.token_urlsafe(18)
