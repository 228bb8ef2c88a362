"""`crucible rerun`: the same programs, once more; or with more of what they ran out of."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import print_json
from crucible.cli.server import connected
from crucible.client import Crucible
from crucible.domain.evaluation import Evaluation
from crucible.domain.limits import Limits


class Twice(StrEnum):
    """What a program can be given twice of, as the console names it, too."""

    MEMORY = "memory"
    TIME = "time"
    DISK = "disk"
    OUTPUT = "output"


_LIMITS = {
    Twice.MEMORY: ("memory_bytes",),
    Twice.TIME: ("wall_seconds", "cpu_seconds"),
    Twice.DISK: ("disk_bytes",),
    Twice.OUTPUT: ("output_bytes",),
}


def rerun(
    evaluation_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The evaluations: `ev_…`.")],
    *,
    twice: Annotated[
        list[Twice] | None, typer.Option("--twice", help="Of its own limit, whatever that was; repeatable.")
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Run evaluations' programs again, each as an evaluation of its own, and print their ids."""
    with connected(url) as crucible:
        for evaluation_id in evaluation_ids:
            evaluation = _again(crucible, evaluation_id, twice) if twice else crucible.rerun(evaluation_id)
            if json:
                print_json(evaluation)
            else:
                typer.echo(evaluation.id)


def _again(crucible: Crucible, evaluation_id: str, twice: list[Twice]) -> Evaluation:
    submission = crucible.submission(evaluation_id)
    limits = submission.limits
    for resource in set(twice):
        limits = _doubled(limits, _LIMITS[resource])
    return crucible.submit(submission.model_copy(update={"limits": limits}))


def _doubled(limits: Limits, names: tuple[str, ...]) -> Limits:
    """Return limits with these doubled; one that was not set stays so, as it follows from others."""
    return replace(
        limits, **{name: getattr(limits, name) * 2 for name in names if getattr(limits, name) is not None}
    )
