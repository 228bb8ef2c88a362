"""Options that several commands have."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from crucible.cli.sizes import parse_size
from crucible.domain.errors import InvalidRequestError
from crucible.domain.limits import MIB
from crucible.domain.sandbox import Isolation

ISOLATION = "Isolation"
LIMITS = "Limits"
"""Panels of the help."""
DEFAULT_URL = "http://127.0.0.1:7878"

Url = Annotated[str, typer.Option("--url", envvar="CRUCIBLE_URL", help="Where Crucible answers.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, on standard output.")]
EvaluationId = Annotated[str, typer.Argument(metavar="ID", help="The evaluation: `ev_…`.", show_default=False)]
Labels = Annotated[list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="Repeatable.")]
Env = Annotated[list[str] | None, typer.Option("--env", "-e", metavar="KEY=VALUE", help="A variable; repeatable.")]
Stdin = Annotated[str | None, typer.Option("--stdin", help="A file that the program reads; - passes ours on.")]


def limit(flag: str, metavar: str, bounds: str, usual: float | None) -> Any:
    """Return the option of a limit: what it bounds, and how much that is where it is not given."""
    size = metavar == "SIZE"
    return typer.Option(
        flag,
        metavar=metavar,
        parser=parse_size if size else None,
        help=bounds,
        show_default="none" if usual is None else f"{usual / MIB:g}M" if size else f"{usual:g}",
        rich_help_panel=LIMITS,
    )


@dataclass(frozen=True, kw_only=True)
class IsolationOptions:
    """What it is kept apart by."""

    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            help="namespaces, runc, gvisor, ...; auto: the strongest there is.",
            rich_help_panel=ISOLATION,
        ),
    ] = None
    isolation: Annotated[
        Isolation,
        typer.Option("--isolation", help="No less than this, or not at all.", rich_help_panel=ISOLATION),
    ] = Isolation.SHARED_KERNEL
    image: Annotated[
        str | None, typer.Option("--image", help="A named root file system to run in.", rich_help_panel=ISOLATION)
    ] = None


def labels_of(items: list[str] | None) -> dict[str, str]:
    """Return labels from KEY=VALUE, or KEY alone. Raises InvalidRequestError."""
    return dict(_pair(item, "--label", optional=True) for item in items or [])


def variables_of(items: list[str] | None) -> dict[str, str]:
    """Return an environment from KEY=VALUE. Raises InvalidRequestError."""
    return dict(_pair(item, "--env") for item in items or [])


def _pair(item: str, option: str, *, optional: bool = False) -> tuple[str, str]:
    key, separator, value = item.partition("=")
    if not key or not (separator or optional):
        raise InvalidRequestError(f"{option} takes KEY=VALUE, not {item!r}")
    return key, value
