"""The `crucible` command's table of contents, and the one place where its errors become words and exit codes.

Only the command that was asked for is imported: help comes at once, and `crucible run` never loads a web server.
"""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import typer

from crucible import __version__
from crucible.cli.exit_codes import INTERRUPTED, NOT_RUN
from crucible.cli.terminal import safe_line
from crucible.domain.errors import CrucibleError

EXIT_REFUSED = 1
RUNNERS = (("run",), ("session", "exec"), ("sandbox", "run"), ("sandbox", "session", "exec"))
"""Commands that exit as a program does. A refusal must not look like a program's own 1."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, where it lives, and what it does in a line."""

    name: str
    target: str
    """`module:function`, or `module:app` for a group."""
    summary: str
    panel: str
    example: str = ""
    """What people do with it, word for word; its help ends with it."""


_PROGRAMS = "Programs"
_OPERATIONS = "Operations"
_SERVER = "This machine"
_ROLES = "Roles, each a process of its own"
COMMANDS = (
    Command(
        "run",
        "crucible.cli.run:run",
        "Run a program, show its output live, and exit as it does.",
        _PROGRAMS,
        "crucible run --wall 5 --memory 256M program.py -- --epochs 3",
    ),
    Command(
        "submit",
        "crucible.cli.submit:submit",
        "Hand in a program and print its id.",
        _PROGRAMS,
        "crucible submit program.py --label experiment=7 --priority low",
    ),
    Command(
        "list",
        "crucible.cli.listing:list_evaluations",
        "List evaluations, newest first.",
        _PROGRAMS,
        "crucible list --attempted --text family=AF_INET --since 7d",
    ),
    Command("show", "crucible.cli.show:show", "Show all that is known of an evaluation.", _PROGRAMS),
    Command(
        "logs",
        "crucible.cli.logs:logs",
        "Show what a program wrote; with -f, as it writes.",
        _PROGRAMS,
        "crucible logs -f ev_01J...",
    ),
    Command(
        "files",
        "crucible.cli.files:files",
        "List or fetch what a program left.",
        _PROGRAMS,
        "crucible files ev_01J... --into left",
    ),
    Command("cancel", "crucible.cli.cancel:cancel", "End an evaluation.", _PROGRAMS),
    Command(
        "rerun",
        "crucible.cli.rerun:rerun",
        "Run programs again, also with twice the memory.",
        _PROGRAMS,
        "crucible list -n 200 --outcome memory_exceeded --json | jq -r .id | xargs crucible rerun --twice memory",
    ),
    Command("delete", "crucible.cli.delete:delete", "Hide an evaluation that ended.", _PROGRAMS),
    Command(
        "batch",
        "crucible.cli.batch:batch",
        "Use many programs as one.",
        _PROGRAMS,
        "crucible batch submit programs.jsonl --follow",
    ),
    Command(
        "pipeline",
        "crucible.cli.pipeline:pipeline",
        "Run programs one after another.",
        _PROGRAMS,
        "crucible pipeline run examples/pipeline/pipeline.toml",
    ),
    Command(
        "schedule",
        "crucible.cli.schedule:schedule",
        "Run programs at times.",
        _PROGRAMS,
        "crucible schedule add '30 6 * * *' nightly.py --time-zone Europe/Berlin",
    ),
    Command("session", "crucible.cli.session:session", "Use sandboxes that stay.", _PROGRAMS),
    Command(
        "queue",
        "crucible.cli.queue:queue",
        "Show what waits, since when, and what runs.",
        _OPERATIONS,
        "crucible queue --watch",
    ),
    Command("workers", "crucible.cli.workers:workers", "List who works, and at what.", _OPERATIONS),
    Command("tenants", "crucible.cli.tenants:tenants", "Share the workers between tenants.", _OPERATIONS),
    Command(
        "log-level",
        "crucible.cli.log_level:log_level",
        "Show or set how much is logged.",
        _OPERATIONS,
        "crucible log-level debug --for 30",
    ),
    Command("storage", "crucible.cli.storage:storage", "Show what is kept, and how much that is.", _OPERATIONS),
    Command("pause", "crucible.cli.workers:pause", "Have workers take nothing more.", _OPERATIONS),
    Command("drain", "crucible.cli.workers:drain", "The same, and hand back what runs.", _OPERATIONS),
    Command("resume", "crucible.cli.workers:resume", "Have workers take what waits again.", _OPERATIONS),
    Command(
        "dead-letters",
        "crucible.cli.dead_letters:dead_letters",
        "Replay or discard what Crucible gave up.",
        _OPERATIONS,
    ),
    Command("webhooks", "crucible.cli.webhooks:webhooks", "Say who is told of failures and ends.", _OPERATIONS),
    Command("runtimes", "crucible.cli.runtimes:runtimes", "List what programs can be written in.", _PROGRAMS),
    Command("images", "crucible.cli.images:images", "List and import root file systems.", _SERVER),
    Command("engines", "crucible.cli.engines:engines", "List what programs can be isolated by.", _PROGRAMS),
    Command(
        "up",
        "crucible.cli.up:up",
        "Start Crucible here, all of it in one process.",
        _SERVER,
        "crucible up --port 8000",
    ),
    Command(
        "backup",
        "crucible.cli.backup:backup",
        "Copy all that is kept here, also while it runs.",
        _SERVER,
        "crucible backup /mnt/copy",
    ),
    Command(
        "doctor", "crucible.cli.doctor:doctor", "Say which limits and walls work here, and what mends it.", _SERVER
    ),
    Command(
        "sandbox",
        "crucible.cli.sandbox:sandbox",
        "Use the sandbox without a server.",
        _SERVER,
        "crucible sandbox run program.py",
    ),
    Command("executor", "crucible.cli.executor:executor", "Own every sandbox; a role of its own.", _ROLES),
    Command("serve", "crucible.cli.serve:serve", "Answer the HTTP API, before workers elsewhere.", _ROLES),
    Command("worker", "crucible.cli.worker:worker", "Take what is queued.", _ROLES),
    Command("flower", "crucible.cli.flower:flower", "Show the doorbell's messages in Flower.", _ROLES),
    Command("scheduler", "crucible.cli.scheduler:scheduler", "Take lost leases back; ring again.", _ROLES),
)


def build(requested: str | None) -> typer.Typer:
    """Return the application with the requested command loaded, and the names and summaries of the others."""
    app = typer.Typer(
        name="crucible",
        help="Runs code that nobody trusts, and keeps the evidence.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for command in COMMANDS:
        target = _load(command.target) if command.name == requested else _unloaded
        if isinstance(target, typer.Typer):
            app.add_typer(
                target,
                name=command.name,
                help=command.summary,
                epilog=_epilog(command),
                rich_help_panel=command.panel,
            )
        else:
            app.command(
                command.name, help=_help(command, target), epilog=_epilog(command), rich_help_panel=command.panel
            )(target)
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; exit with 0, 1 refused, 2 misused, 130 interrupted, or a program's code.

    Where a program's code is what is asked for, a refusal is 125.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        build(_requested(words))(words, prog_name="crucible")
    except CrucibleError as error:
        _tell(error)
        sys.exit(NOT_RUN if _runs_a_program(words) else EXIT_REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def _requested(words: Sequence[str]) -> str | None:
    completing = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS")
    words = completing.split()[1:] if completing else words
    return next((word for word in words if not word.startswith("-")), None)


def _runs_a_program(words: Sequence[str]) -> bool:
    named = tuple(word for word in words if not word.startswith("-"))
    return any(named[: len(runner)] == runner for runner in RUNNERS)


def _load(target: str) -> Any:
    """Import a command. What is loaded stays, so looking through it for garbage meanwhile is time for nothing."""
    module, _, name = target.partition(":")
    gc.disable()
    try:
        return getattr(importlib.import_module(module), name)
    finally:
        gc.enable()


def _help(command: Command, target: Callable[..., Any]) -> str:
    return command.summary if target is _unloaded else (target.__doc__ or command.summary)


def _epilog(command: Command) -> str | None:
    return f"Example: {command.example}" if command.example else None


def _unloaded() -> None:
    """Stand for a command in the list of commands."""


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crucible {__version__}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take what stands before any command."""


def _tell(error: CrucibleError) -> None:
    sys.stderr.write(f"crucible: {safe_line(error.detail)}\n")
    for found in error.errors[1:]:
        sys.stderr.write(f"  {safe_line(f'{found.field}: {found.message}')}\n")


if __name__ == "__main__":
    main()
