"""How an answer is read: strictly in what is known here, and past what a later server adds."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def reads(model: type[M]) -> Callable[[bytes], M]:
    """Return what makes the model of an answer's body. It raises ValidationError.

    Some models are sent as well as read, and forbid fields that they don't know: a typing error in a submission
    must not be swallowed. In an answer such a field is a newer server's, which an older client can do without.
    """

    def read(body: bytes) -> M:
        return model.model_validate_json(body, extra="ignore")

    return read
