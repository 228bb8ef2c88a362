"""`crucible list`: what ran and what runs."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import empty_list, print_json, show, table
from crucible.cli.server import connected
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.outcome import Outcome
from crucible.domain.status import Lifecycle, Status

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _moment(text: str) -> datetime:
    """Return the moment that is meant. Raises ValueError."""
    if ago := _AGO.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment: write 7d, 36h or 30m, or as 2026-11-20T14:30") from None


def list_evaluations(
    *,
    status: Annotated[list[Status] | None, typer.Option("--status", help="Repeatable.")] = None,
    outcome: Annotated[list[Outcome] | None, typer.Option("--outcome", help="Repeatable.")] = None,
    runtime: Annotated[list[str] | None, typer.Option("--runtime", help="Repeatable.")] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", metavar="KEY[=VALUE]", help="Each must be there.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            parser=_moment,
            metavar="WHEN",
            help="Queued since: 7d, 36h, 30m; or since a moment.",
        ),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", parser=_moment, metavar="WHEN", help="Queued before then.")
    ] = None,
    attempted: Annotated[
        bool | None,
        typer.Option("--attempted/--not-attempted", help="Whether it tried something that was refused."),
    ] = None,
    text: Annotated[str, typer.Option("--text", help="In code, output, error, attempts, note or a label.")] = "",
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted instead.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List evaluations, newest first."""
    wanted = EvaluationFilter(
        status=frozenset(status or ()),
        outcome=frozenset(outcome or ()),
        runtime=frozenset(runtime or ()),
        label=tuple(label or ()),
        since=since.astimezone(UTC) if since else None,
        until=until.astimezone(UTC) if until else None,
        attempted=attempted,
        text=text,
        lifecycle=frozenset({Lifecycle.DELETED if deleted else Lifecycle.ACTIVE}),
    )
    with connected(url) as crucible:
        found = list(islice(crucible.evaluations(wanted, page_size=min(limit, 200)), limit))
    if json:
        print_json(*found)
    elif found:
        show(table(found))
    else:
        show(empty_list(filtered=wanted != EvaluationFilter()))
