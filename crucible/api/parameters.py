"""Parts of a request that several routes read, each with what it must look like."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Path, Query

from crucible.domain.errors import InvalidRequestError, NotFoundError
from crucible.domain.event import parse_event_id
from crucible.domain.identifiers import (
    BATCH_PATTERN,
    EVALUATION_PATTERN,
    PIPELINE_PATTERN,
    SCHEDULE_PATTERN,
    SESSION_PATTERN,
    WEBHOOK_PATTERN,
)

LONGEST_WAIT_SECONDS = 60
MAXIMUM_PAGE = 200
"""Of a list, in one answer."""


def _identifier(word: str, pattern: str) -> Callable[[str], Awaitable[str]]:
    """Return what reads, from a path, the identifier of what the word names.

    What can't be one is refused as one that nobody has: the database is not asked, and the answer is the same.
    """
    example = f"{pattern.removeprefix('^').partition('_')[0]}_…"
    given = Path(alias=f"{word}_id", description=f"As the answer to its creation gave it: `{example}`.")

    async def check(identifier: Annotated[str, given]) -> str:
        if not re.fullmatch(pattern, identifier):
            raise NotFoundError(f"there is no {word} {identifier[:60]!r}")
        return identifier

    return check


async def _position(
    last_event_id: Annotated[
        str | None, Header(description="Resume behind this event; browsers send it by themselves.")
    ] = None,
    after: Annotated[str | None, Query(description="The same, for those who can't set a header.")] = None,
) -> tuple[int, int] | None:
    field, text = ("Last-Event-ID", last_event_id) if last_event_id else ("after", after)
    if not text:
        return None
    try:
        return parse_event_id(text)
    except ValueError as error:
        raise InvalidRequestError.of_field(field, str(error)) from error


BatchId = Annotated[str, Depends(_identifier("batch", BATCH_PATTERN))]
EvaluationId = Annotated[str, Depends(_identifier("evaluation", EVALUATION_PATTERN))]
PipelineId = Annotated[str, Depends(_identifier("pipeline", PIPELINE_PATTERN))]
WebhookId = Annotated[str, Depends(_identifier("webhook", WEBHOOK_PATTERN))]
ScheduleId = Annotated[str, Depends(_identifier("schedule", SCHEDULE_PATTERN))]
SessionId = Annotated[str, Depends(_identifier("session", SESSION_PATTERN))]
Position = Annotated[tuple[int, int] | None, Depends(_position)]
WaitSeconds = Annotated[
    float,
    Query(
        alias="wait",
        ge=0,
        le=LONGEST_WAIT_SECONDS,
        allow_inf_nan=False,
        description="How long to wait for the end before answering with what there is.",
    ),
]
PageLimit = Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)]
Cursor = Annotated[str | None, Query(max_length=512)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again under the same key, a request is answered alike and nothing runs twice.",
    ),
]
