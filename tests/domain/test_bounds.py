"""What a shape declares of its numbers is what is found of them."""

import math

import pytest

from crucible.domain.bounds import out_of_bounds
from crucible.domain.limits import Limits
from crucible.domain.session import SessionLimits


@pytest.mark.parametrize("shape", [Limits(), Limits(cpu_seconds=1), SessionLimits()])
def test_what_is_usual_is_within_bounds(shape: object) -> None:
    assert out_of_bounds(shape) is None


@pytest.mark.parametrize(
    "limits",
    [
        {"memory_bytes": -1},
        {"cpus": -0.00001},
        {"cpus": 0},
        {"wall_seconds": math.nan},
        {"wall_seconds": math.inf},
        {"cpu_seconds": math.nan},
        {"output_bytes": -1},
        {"processes": 5000},
    ],
    ids=str,
)
def test_what_would_be_no_limit_is_found(limits: dict[str, float]) -> None:
    (name,) = limits
    assert (out_of_bounds(Limits(**limits)) or "").startswith(f"{name} must be from ")  # type: ignore[arg-type]
