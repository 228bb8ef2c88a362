"""`crucible delete`: hide an evaluation that ended."""

from typing import Annotated

import typer

from crucible.cli.options import DEFAULT_URL, EvaluationId, Json, Url
from crucible.cli.rendering import print_json
from crucible.cli.server import connected


def delete(
    evaluation_id: EvaluationId,
    *,
    restore: Annotated[bool, typer.Option("--restore", help="Show it again instead.")] = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Hide an evaluation that ended. It can be restored until retention ends."""
    kept: float | None = None
    with connected(url) as crucible:
        if restore:
            shown = crucible.restore(evaluation_id)
        else:
            shown = crucible.get(evaluation_id)
            if not json:  # asked before, as what fails after it would look as if nothing were deleted
                kept = crucible.operations.storage().retention_seconds
            crucible.delete(evaluation_id)
    if json:
        print_json(shown)
    elif restore:
        typer.echo("restored")
    else:
        until = "" if kept is None else f" for {kept / 86_400:g} days"
        typer.echo(f"deleted; `crucible delete --restore {evaluation_id}` undoes it{until}")
