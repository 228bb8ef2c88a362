"""What makes an evaluation: one program, many at once, or one that ran before."""

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from crucible.api.answers import created_response, json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Collaborators, Crucible
from crucible.api.parameters import EvaluationId, IdempotencyKey, WaitSeconds
from crucible.api.schema import Responses, json_body, refusals
from crucible.database.once import Created
from crucible.domain.answer import EvaluationList, Submissions
from crucible.domain.evaluation import Evaluation, EvaluationSummary, Submission
from crucible.domain.limits import MIB
from crucible.domain.principal import Principal
from crucible.evaluations import rerun, submit, wait
from crucible.evaluations.submission import submission

MAXIMUM_BODY_BYTES = 16 * MIB
MAXIMUM_BULK_BODY_BYTES = 64 * MIB

router = APIRouter(prefix="/evaluations", tags=["submissions"])
_submission: TypeAdapter[Submission] = TypeAdapter(Submission)
_submissions: TypeAdapter[Submissions] = TypeAdapter(Submissions)
_ENDED: Responses = {201: {"model": Evaluation, "description": "It ended within `wait` seconds."}}


@router.post(
    "",
    status_code=202,
    response_model=Evaluation,
    response_description="It is on disk and will run.",
    responses={**_ENDED, **refusals(409, 422, body=True)},
    openapi_extra=json_body(Submission),
)
async def submit_one(
    request: Request,
    crucible: Crucible,
    asker: Asker,
    idempotency_key: IdempotencyKey = None,
    wait_seconds: WaitSeconds = 0,
) -> Response:
    """Hand in a program. The answer comes once it is on disk, or, with `wait`, once it ended."""
    submitted = await submit.submit(
        crucible.database,
        crucible.doorbell,
        asker,
        [await read_json(request, _submission, maximum_bytes=MAXIMUM_BODY_BYTES)],
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
        idempotency_key=idempotency_key,
        endpoint="evaluations",
    )
    return await _answer(crucible, asker, submitted, wait_seconds)


@router.post(
    "/bulk",
    status_code=202,
    response_model=EvaluationList,
    response_description="All of them are on disk and will run; in the order in which they were given.",
    responses=refusals(409, 422, body=True),
    openapi_extra=json_body(Submissions),
)
async def submit_many(
    request: Request, crucible: Crucible, asker: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Hand in up to 1,000 programs. All of them are acknowledged, or none is."""
    submissions = await read_json(request, _submissions, maximum_bytes=MAXIMUM_BULK_BODY_BYTES)
    submitted = await submit.submit(
        crucible.database,
        crucible.doorbell,
        asker,
        submissions.evaluations,
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
        idempotency_key=idempotency_key,
        endpoint="evaluations/bulk",
        listed_in="evaluations",
    )
    listed = EvaluationList(items=_summaries(submitted.what))
    return created_response(listed, None, replayed=submitted.replayed, status=202)


@router.post(
    "/{evaluation_id}/rerun",
    status_code=202,
    response_model=Evaluation,
    response_description="A new evaluation of the same program is on disk and will run.",
    responses={**_ENDED, **refusals(404, 409, 422)},
)
async def rerun_one(
    evaluation_id: EvaluationId,
    crucible: Crucible,
    asker: Asker,
    idempotency_key: IdempotencyKey = None,
    wait_seconds: WaitSeconds = 0,
) -> Response:
    """Run the same program again, with the same inputs and limits, as an evaluation of its own."""
    submitted = await rerun.rerun(
        crucible.database,
        crucible.doorbell,
        asker,
        evaluation_id,
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
        idempotency_key=idempotency_key,
        endpoint=f"evaluations/{evaluation_id}/rerun",
    )
    return await _answer(crucible, asker, submitted, wait_seconds)


@router.get("/{evaluation_id}/submission", response_model=Submission, responses=refusals(404, 422))
async def get_submission(evaluation_id: EvaluationId, crucible: Crucible, asker: Asker) -> Response:
    """Show what was handed in: the program with its files, input and limits, ready to be handed in again."""
    return json_response(await submission(crucible.database, asker, evaluation_id))


async def _answer(
    crucible: Collaborators, asker: Principal, submitted: Created[list[Evaluation]], wait_seconds: float
) -> Response:
    """Answer with the evaluation as it is acknowledged, or once it ended within so many seconds."""
    (evaluation,) = submitted.what
    if wait_seconds:
        evaluation = await wait.until_final(
            crucible.database,
            crucible.stream,
            asker,
            evaluation.id,
            wait_seconds,
            caps=crucible.caps,
            just_acknowledged=not submitted.replayed,
        )
    return created_response(
        evaluation,
        f"evaluations/{evaluation.id}",
        replayed=submitted.replayed,
        status=201 if evaluation.status.is_final else 202,
    )


def _summaries(evaluations: list[Evaluation]) -> tuple[EvaluationSummary, ...]:
    shown = set(EvaluationSummary.model_fields)
    return tuple(
        EvaluationSummary.model_construct(**{name: getattr(one, name) for name in shown}) for one in evaluations
    )
