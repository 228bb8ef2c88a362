"""How a route answers with a model: serialised once, by pydantic, straight to bytes."""

from pydantic import BaseModel
from starlette.responses import Response


def json_response(model: BaseModel, *, status: int = 200) -> Response:
    """Return the model as the answer; it was validated when it was made."""
    return Response(model.model_dump_json(), status_code=status, media_type="application/json")


def created_response(model: BaseModel, place: str | None, *, replayed: bool, status: int = 201) -> Response:
    """Return the answer to what made this. `place`: where it stands from now on, as `batches/ba_...`."""
    answer = json_response(model, status=status)
    if place is not None:
        answer.headers["Location"] = f"/api/v1/{place}"
    if replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer
