"""How a route answers with a model: serialised once, by pydantic, straight to bytes."""

from pydantic import BaseModel
from starlette.responses import Response

from crucible.domain.evaluation import Evaluation


def json_response(model: BaseModel, *, status: int = 200) -> Response:
    """Return the model as the answer; it was validated when it was made."""
    return Response(model.model_dump_json(), status_code=status, media_type="application/json")


def created_response(evaluation: Evaluation, *, replayed: bool) -> Response:
    """Return the answer to what made this evaluation: 201 where it ended already, else 202."""
    answer = json_response(evaluation, status=201 if evaluation.status.is_final else 202)
    answer.headers["Location"] = f"/api/v1/evaluations/{evaluation.id}"
    if replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer
