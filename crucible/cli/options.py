"""Options that several commands have."""

from typing import Annotated

import typer

DEFAULT_URL = "http://127.0.0.1:7878"

Url = Annotated[str, typer.Option("--url", envvar="CRUCIBLE_URL", help="Where Crucible answers.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, on standard output.")]
EvaluationId = Annotated[str, typer.Argument(metavar="ID", help="The evaluation: `ev_…`.", show_default=False)]
