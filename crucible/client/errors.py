"""What a client meets besides the server's own problems, and how those become the errors they were."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from pydantic import ValidationError

from crucible.domain.answer import Problem
from crucible.domain.errors import CrucibleError, FieldError, UnavailableError

LONGEST_RETRY_AFTER_SECONDS = 3600
_LONGEST_NUMBER = 9
"""Digits. Python reads no number of thousands, and nobody waits for one of ten."""


class ServerUnreachableError(UnavailableError):
    """Nothing answers at the server's address, or the connection broke and stayed broken."""

    slug = "server-unreachable"
    title = "Server unreachable"


class UnexpectedAnswerError(CrucibleError):
    """What answers at the address does not speak as a Crucible of this version does."""

    slug = "unexpected-answer"
    title = "Unexpected answer"


def error_of(response: httpx2.Response) -> CrucibleError:
    """Return the error that a read answer tells of, as the type that the server raised."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return UnexpectedAnswerError(
            f"{response.request.url} answered {response.status_code} without a problem document"
        )
    return error_of_problem(problem, retry_after_seconds(response))


def error_of_problem(problem: Problem, retry_after: int | None = None) -> CrucibleError:
    """Return the error that a problem document tells of."""
    kind = {f"urn:crucible:problem:{kind.slug}": kind for kind in _kinds(CrucibleError)}.get(problem.type)
    return (kind or UnexpectedAnswerError)(
        problem.detail,
        errors=tuple(FieldError(found.field, found.message) for found in problem.errors),
        retry_after_seconds=retry_after,
    )


def unreachable(url: httpx2.URL, error: httpx2.TransportError) -> ServerUnreachableError:
    """Return what a broken connection means to whoever asked."""
    return ServerUnreachableError(f"no Crucible answers at {url}: {str(error) or type(error).__name__}")


@contextmanager
def saying_unreachable(url: httpx2.URL) -> Iterator[None]:
    """Have a connection that breaks in the block raise ServerUnreachableError."""
    try:
        yield
    except httpx2.TransportError as error:
        raise unreachable(url, error) from error


def retry_after_seconds(response: httpx2.Response) -> int | None:
    """Return how many seconds the server asks for, an hour's at most; dates, which it never sends, are none."""
    value = response.headers.get("retry-after", "")
    if not (value.isascii() and value.isdigit()):
        return None
    return min(int(value[:_LONGEST_NUMBER]), LONGEST_RETRY_AFTER_SECONDS)


def _kinds(kind: type[CrucibleError]) -> Iterator[type[CrucibleError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
