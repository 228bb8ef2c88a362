"""What the API can be asked of batches, as data; see `calls`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, Literal
from urllib.parse import quote

from crucible.client.calls import Call, new_key
from crucible.client.reading import reads
from crucible.domain.answer import EvaluationPage
from crucible.domain.batch import CHUNK_ITEMS, Batch, BatchPage, BatchRequest, BatchState, CauseList, RetryRequest
from crucible.domain.evaluation import Submission
from crucible.domain.limits import MIB
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.status import Status

BATCHES: Final = "/api/v1/batches"
POLL_SECONDS: Final = 0.5
"""How often whoever waits for a batch asks how far it is."""
_CHUNK_BYTES = 8 * MIB
_LONG_SECONDS = 60.0
"""How long the server may take over many, beyond its usual thinking."""

Written = Literal["jsonl", "csv"]


def create(request: BatchRequest, idempotency_key: str | None) -> Call[Batch]:
    """Make a batch."""
    return Call(
        method="POST",
        path=BATCHES,
        read=reads(Batch),
        content=request.model_dump_json(exclude_defaults=True).encode(),
        idempotency_key=idempotency_key or new_key(),
    )


def hand_in(batch_id: str, lines: Sequence[bytes], offset: int) -> Call[Batch]:
    """Hand in programs from a position on. Sent again, it is compared with what is there, and makes nothing."""
    return Call(
        method="POST",
        path=f"{path_of(batch_id)}/evaluations",
        read=reads(Batch),
        parameters=(("offset", str(offset)),),
        content=b"".join(lines),
        media_type="application/x-ndjson",
        wait_seconds=_LONG_SECONDS,
    )


def close(batch_id: str) -> Call[Batch]:
    """Say that no more come."""
    return Call(method="POST", path=f"{path_of(batch_id)}/close", read=reads(Batch))


def get(batch_id: str) -> Call[Batch]:
    """Show a batch."""
    return Call(method="GET", path=path_of(batch_id), read=reads(Batch))


def page(states: Collection[BatchState], limit: int, cursor: str | None) -> Call[BatchPage]:
    """List batches."""
    parameters = [("state", str(state)) for state in states] + [("limit", str(limit))]
    if cursor is not None:
        parameters.append(("cursor", cursor))
    return Call(method="GET", path=BATCHES, read=reads(BatchPage), parameters=tuple(parameters))


def items(
    batch_id: str,
    *,
    status: Collection[Status],
    outcome: Collection[Outcome],
    cause: str | None,
    limit: int,
    cursor: str | None,
) -> Call[EvaluationPage]:
    """List a batch's evaluations."""
    parameters = [("status", str(each)) for each in status] + [("outcome", str(each)) for each in outcome]
    parameters += [(name, text) for name, text in (("cause", cause), ("cursor", cursor)) if text is not None]
    return Call(
        method="GET",
        path=f"{path_of(batch_id)}/evaluations",
        read=reads(EvaluationPage),
        parameters=(*parameters, ("limit", str(limit))),
    )


def causes(batch_id: str) -> Call[CauseList]:
    """Show why evaluations ended badly."""
    return Call(method="GET", path=f"{path_of(batch_id)}/causes", read=reads(CauseList))


def retry(batch_id: str, faults: Collection[Fault] | None, idempotency_key: str | None) -> Call[Batch]:
    """Run again what failed."""
    request = RetryRequest() if faults is None else RetryRequest(faults=frozenset(faults))
    return Call(
        method="POST",
        path=f"{path_of(batch_id)}/retry",
        read=reads(Batch),
        content=request.model_dump_json().encode(),
        idempotency_key=idempotency_key or new_key(),
        wait_seconds=_LONG_SECONDS,
    )


def cancel(batch_id: str) -> Call[Batch]:
    """End a batch."""
    return Call(method="POST", path=f"{path_of(batch_id)}/cancel", read=reads(Batch))


def export_path(batch_id: str, written: Written) -> str:
    """Return where a batch is taken home."""
    return f"{path_of(batch_id)}/export?format={written}"


def chunks(submissions: Iterable[Submission]) -> Iterator[list[bytes]]:
    """Yield the lines of submissions, as many as the server acknowledges together."""
    lines: list[bytes] = []
    size = 0
    for submission in submissions:
        lines.append(submission.model_dump_json(exclude_defaults=True).encode() + b"\n")
        size += len(lines[-1])
        if len(lines) == CHUNK_ITEMS or size >= _CHUNK_BYTES:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


def path_of(batch_id: str) -> str:
    """Return a batch's address."""
    return f"{BATCHES}/{quote(batch_id, safe='')}"
