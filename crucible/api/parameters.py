"""Parts of a request that several routes read, each with what it must look like."""

import re
from typing import Annotated

from fastapi import Depends, Header, Path, Query

from crucible.domain.errors import FieldError, InvalidRequestError, NotFoundError
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


async def _evaluation_id(
    evaluation_id: Annotated[str, Path(description="As the submission's answer gave it: `ev_…`.")],
) -> str:
    """Refuse what can't be an id as one that nobody has: the database is not asked, and the answer is the same."""
    if not re.fullmatch(EVALUATION_PATTERN, evaluation_id):
        raise NotFoundError(f"there is no evaluation {evaluation_id[:60]!r}")
    return evaluation_id


async def _session_id(
    session_id: Annotated[str, Path(description="As the answer to its creation gave it: `se_…`.")],
) -> str:
    """Refuse what can't be an id as one that nobody has, as `_evaluation_id` does."""
    if not re.fullmatch(SESSION_PATTERN, session_id):
        raise NotFoundError(f"there is no session {session_id[:60]!r}")
    return session_id


async def _batch_id(
    batch_id: Annotated[str, Path(description="As the answer to its creation gave it: `ba_…`.")],
) -> str:
    """Refuse what can't be an id as one that nobody has, as `_evaluation_id` does."""
    if not re.fullmatch(BATCH_PATTERN, batch_id):
        raise NotFoundError(f"there is no batch {batch_id[:60]!r}")
    return batch_id


async def _pipeline_id(
    pipeline_id: Annotated[str, Path(description="As the answer to its creation gave it: `pl_…`.")],
) -> str:
    """Refuse what can't be an id as one that nobody has, as `_evaluation_id` does."""
    if not re.fullmatch(PIPELINE_PATTERN, pipeline_id):
        raise NotFoundError(f"there is no pipeline {pipeline_id[:60]!r}")
    return pipeline_id


async def _webhook_id(
    webhook_id: Annotated[str, Path(description="As the answer to its creation gave it: `wh_…`.")],
) -> str:
    """Refuse what can't be an id as one that nobody has, as `_evaluation_id` does."""
    if not re.fullmatch(WEBHOOK_PATTERN, webhook_id):
        raise NotFoundError(f"there is no webhook {webhook_id[:60]!r}")
    return webhook_id


async def _schedule_id(
    schedule_id: Annotated[str, Path(description="As the answer to its creation gave it: `sc_…`.")],
) -> str:
    """Refuse what can't be an id as one that nobody has, as `_evaluation_id` does."""
    if not re.fullmatch(SCHEDULE_PATTERN, schedule_id):
        raise NotFoundError(f"there is no schedule {schedule_id[:60]!r}")
    return schedule_id


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
        raise InvalidRequestError(f"{field}: {error}", errors=(FieldError(field, str(error)),)) from error


BatchId = Annotated[str, Depends(_batch_id)]
EvaluationId = Annotated[str, Depends(_evaluation_id)]
PipelineId = Annotated[str, Depends(_pipeline_id)]
WebhookId = Annotated[str, Depends(_webhook_id)]
ScheduleId = Annotated[str, Depends(_schedule_id)]
SessionId = Annotated[str, Depends(_session_id)]
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
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again under the same key, a request is answered alike and nothing runs twice.",
    ),
]
