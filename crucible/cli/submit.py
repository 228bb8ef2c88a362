"""`crucible submit`: hand in a program and leave."""

import typer

from crucible.cli.option_groups import spread
from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.program import SubmissionOptions
from crucible.cli.rendering import print_json
from crucible.cli.server import connected


@spread
def submit(program: SubmissionOptions, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Hand in a program and print its id. Once that is printed, it is on the server's disk."""
    submission = program.submission()
    with connected(url) as crucible:
        evaluation = crucible.submit(submission)
    if json:
        print_json(evaluation)
    else:
        typer.echo(evaluation.id)
