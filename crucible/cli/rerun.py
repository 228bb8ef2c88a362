"""`crucible rerun`: the same program, once more."""

import typer

from crucible.cli.options import DEFAULT_URL, EvaluationId, Json, Url
from crucible.cli.rendering import print_json
from crucible.cli.server import connected


def rerun(evaluation_id: EvaluationId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Run an evaluation's program again, as an evaluation of its own, and print its id."""
    with connected(url) as crucible:
        evaluation = crucible.rerun(evaluation_id)
    if json:
        print_json(evaluation)
    else:
        typer.echo(evaluation.id)
