"""Acknowledge programs: when this returns they are on disk, and a worker is being told.

The rows, their first events, the audit entries and the answer to a repeated request are one transaction; the
doorbell rings once workers can see it.
"""

import hashlib
from collections.abc import Collection, Sequence

import structlog

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.once import Created, once
from crucible.database.submissions import Place
from crucible.domain.check import CheckRequest
from crucible.domain.errors import ConflictError, FieldError, InvalidRequestError
from crucible.domain.evaluation import MAXIMUM_BATCH, Evaluation, Submission
from crucible.domain.event import Queued
from crucible.domain.need import Need
from crucible.domain.principal import Principal
from crucible.domain.ring import Ring
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.evaluations.isolation import AskEngines, asks_for_isolation, unmet
from crucible.queue.doorbell import Doorbell

_log = structlog.stdlib.get_logger(__name__)


async def submit(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    submissions: Sequence[Submission],
    *,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
    idempotency_key: str | None = None,
    endpoint: str = "",
    listed_in: str | None = None,
) -> Created[list[Evaluation]]:
    """Queue programs, all of them or none; return them in the order in which they were handed in.

    `engines` tells what isolation can be had, and is asked where a submission asks for any. `listed_in` is the
    request's field that lists them, where it does, so that errors name the right one. Raises
    InvalidRequestError, IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError.
    """
    require(principal, Permission.SUBMIT)
    _check_count(submissions, listed_in or "submissions")
    offered = await engines() if any(map(asks_for_isolation, submissions)) else ()
    digest = _digest(submissions, endpoint) if idempotency_key is not None else ""

    async def make(work: TenantWork) -> tuple[list[str], list[Evaluation]]:
        names = resolve_all(submissions, runtimes, listed_in, offered)
        evaluations = await acknowledge(work, doorbell, submissions, names)
        return [evaluation.id for evaluation in evaluations], evaluations

    return await once(
        database,
        principal,
        idempotency_key,
        digest,
        make=make,
        show=_all_of,
    )


async def _all_of(work: TenantWork, ids: Sequence[str]) -> list[Evaluation]:
    """Return what a request made. Raises ConflictError where some of it has been removed since."""
    found = await work.evaluations.get_all(ids)
    if len(found) < len(ids):
        raise ConflictError(
            f"{len(ids) - len(found)} of the {len(ids)} evaluations that this idempotency key made were deleted, "
            "and have been removed: use another key to run them again"
        )
    return found


async def acknowledge(
    work: TenantWork,
    doorbell: Doorbell,
    submissions: Sequence[Submission],
    names: Sequence[str],
    *,
    first_place: Place | None = None,
) -> list[Evaluation]:
    """Queue programs for the runtimes of these names within a transaction, and ring once workers can see them.

    `first_place`: where in a batch the first of them stands, or which stage of a pipeline it runs.
    """
    at = await work.now()
    async with work.together(len(submissions)):
        evaluations = await work.evaluations.add(submissions, names, at, first_place=first_place)
        ids = [evaluation.id for evaluation in evaluations]
        await work.events.add([Queued(evaluation_id=each, fence=0, sequence=0, at=at) for each in ids])
        await work.audit.add("submit", ids, at)
    rings = [
        Ring(evaluation.id, Need.of(submission, evaluation.runtime), evaluation.priority)
        for evaluation, submission in zip(evaluations, submissions, strict=True)
    ]
    work.once_seen(lambda: _log.debug("evaluations_queued", evaluations=ids))
    work.once_seen(lambda: doorbell.ring(rings))
    return evaluations


def _digest(submissions: Sequence[Submission], endpoint: str) -> str:
    digest = hashlib.sha256(endpoint.encode())
    for submission in submissions:
        body = submission.model_dump_json().encode()
        digest.update(b"%d:" % len(body))
        digest.update(body)
    return digest.hexdigest()


def _check_count(submissions: Sequence[Submission], field: str) -> None:
    if not 1 <= len(submissions) <= MAXIMUM_BATCH:
        message = f"must be 1 to {MAXIMUM_BATCH} at once, are {len(submissions)}"
        raise InvalidRequestError.of_field(field, message)


def resolve_all(
    submissions: Sequence[Submission | CheckRequest],
    runtimes: Sequence[RuntimeReport],
    listed_in: str | None,
    engines: Sequence[DriverReport] = (),
    *,
    first: int = 0,
) -> list[str]:
    """Return the name of each one's runtime. Raises InvalidRequestError for what is asked and not here.

    `first`: the place of the first of them in what lists them.
    """
    names = {(runtime.image, alias): runtime.name for runtime in runtimes for alias in runtime.aliases}
    names |= {(runtime.image, runtime.name): runtime.name for runtime in runtimes}
    errors: list[FieldError] = []
    for place, submission in enumerate(submissions, first):
        where = f"{listed_in}[{place}]." if listed_in else ""
        if (submission.image, submission.runtime) not in names:
            errors.append(_unknown(submission, names, where))
        if isinstance(submission, Submission) and (error := unmet(submission, engines, where)):
            errors.append(error)
    if errors:
        raise InvalidRequestError.of_fields(*errors)
    return [names[submission.image, submission.runtime] for submission in submissions]


def _unknown(
    submission: Submission | CheckRequest, names: Collection[tuple[str | None, str]], where: str
) -> FieldError:
    """Return what is wrong with a runtime that isn't there: its name, or the image in which it should be."""
    images = {image for image, _ in names if image is not None}
    if submission.image is not None and submission.image not in images:
        known = ", ".join(sorted(images)) or "none"
        return FieldError(
            f"{where}image", f"{submission.image!r} is not an image of this server; there are: {known}"
        )
    known = ", ".join(sorted(name for image, name in names if image == submission.image))
    place = "this server" if submission.image is None else f"the image {submission.image}"
    return FieldError(
        f"{where}runtime",
        f"{submission.runtime!r} is not a runtime of {place}; "
        f"there are: {known or 'none: the executor has not told of any yet'}",
    )
