"""`crucible logs`: what a program wrote."""

from typing import Annotated

import typer

from crucible.cli.following import show_output
from crucible.cli.options import DEFAULT_URL, EvaluationId, Url
from crucible.cli.rendering import print_json
from crucible.cli.server import connected


def logs(
    evaluation_id: EvaluationId,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay until the program ended.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Every event, one a line, in JSON.")] = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Show what a program wrote, on the streams where it wrote it; with -f, as it writes."""
    with connected(url) as crucible:
        if not follow and not crucible.get(evaluation_id).status.is_final:
            typer.echo(f"{evaluation_id} has not ended: -f shows what it writes, as it writes", err=True)
            return
        events = crucible.events(evaluation_id)
        if json:
            for event in events:
                print_json(event)
        else:
            show_output(events, with_attempts=False)
