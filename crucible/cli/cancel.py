"""`crucible cancel`: end an evaluation."""

import typer

from crucible.cli.options import DEFAULT_URL, EvaluationId, Json, Url
from crucible.cli.rendering import print_json
from crucible.cli.server import connected


def cancel(evaluation_id: EvaluationId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """End an evaluation. Its output so far is kept."""
    with connected(url) as crucible:
        evaluation = crucible.cancel(evaluation_id)
    if json:
        print_json(evaluation)
    else:
        typer.echo("cancelled" if evaluation.status.is_final else "its end was asked for")
