"""`crucible run`: a program's life in one command, as if it ran here."""

import contextlib
from typing import Annotated

import typer
from rich.console import Console

from crucible.cli.exit_codes import INTERRUPTED, UNREAD, exit_code
from crucible.cli.following import show_output
from crucible.cli.option_groups import spread
from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.program import SubmissionOptions
from crucible.cli.progress import on_standard_error
from crucible.cli.rendering import print_json, verdict
from crucible.cli.server import connected
from crucible.client.synchronous import Crucible
from crucible.domain.errors import ConflictError
from crucible.domain.evaluation import Evaluation


@spread
def run(
    program: SubmissionOptions,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show its output alone.")] = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Run a program, show its output live, and exit as it does.

    The exit code is the program's own, or 128 and the signal's number.

    122: too much output. 123: its disk is full. 124: out of time. 125: Crucible refused it or could not run it.
    130: cancelled. 137: out of memory.
    """
    submission = program.submission()
    with connected(url) as crucible:
        ended = _to_its_end(crucible, crucible.submit(submission).id, live=not json, quiet=quiet)
    if json:
        print_json(ended)
    elif not quiet:
        Console(stderr=True, highlight=False).print(verdict(ended), soft_wrap=True)
    if ended.outcome is None:
        raise ConflictError(f"evaluation {ended.id} is {ended.status} without an outcome")
    raise typer.Exit(exit_code(ended.outcome, ended.exit_code, ended.signal))


def _to_its_end(crucible: Crucible, evaluation_id: str, *, live: bool, quiet: bool) -> Evaluation:
    """Follow an evaluation; whoever stops looking stops it."""
    try:
        if live:
            show_output(
                crucible.events(evaluation_id),
                with_attempts=not quiet,
                progress=None if quiet else on_standard_error(),
            )
        return crucible.wait(evaluation_id)
    except (KeyboardInterrupt, BrokenPipeError) as error:
        with contextlib.suppress(ConflictError):  # it ended at the same moment
            crucible.cancel(evaluation_id)
        raise typer.Exit(UNREAD if isinstance(error, BrokenPipeError) else INTERRUPTED) from error
