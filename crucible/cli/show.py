"""`crucible show`: all that is known of an evaluation."""

from crucible.cli.options import DEFAULT_URL, EvaluationId, Json, Url
from crucible.cli.rendering import panel, print_json
from crucible.cli.rendering import show as show_on_terminal
from crucible.cli.server import connected


def show(evaluation_id: EvaluationId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show all that is known of an evaluation."""
    with connected(url) as crucible:
        evaluation = crucible.get(evaluation_id)
    if json:
        print_json(evaluation)
    else:
        show_on_terminal(panel(evaluation))
