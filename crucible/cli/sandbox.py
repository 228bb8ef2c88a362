"""`crucible sandbox`: the sandbox alone, with no server, no queue and no record."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crucible.cli.exit_codes import exit_code
from crucible.cli.suffixes import runtime_of
from crucible.cli.terminal import standard_error, standard_output
from crucible.domain.limits import MIB

if TYPE_CHECKING:
    from crucible.domain.sandbox import SandboxFinished, SandboxSpec

sandbox = typer.Typer(help="Use the sandbox with no server at all.", no_args_is_help=True)


@sandbox.callback()
def _group() -> None:
    """Keep `run` a subcommand, though it is the only one."""


@sandbox.command()
def run(
    file: Annotated[Path, typer.Argument(help="The program.", exists=True, dir_okay=False, readable=True)],
    arguments: Annotated[list[str] | None, typer.Argument(help="Arguments for the program, after `--`.")] = None,
    runtime: Annotated[
        str | None, typer.Option(help="As `crucible runtimes` names it; else by the suffix.")
    ] = None,
    wall: Annotated[float, typer.Option(help="Seconds it may run.")] = 30.0,
    memory: Annotated[int, typer.Option(help="MiB it may use.")] = 512,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print how it ended as JSON, on standard error.")
    ] = False,
) -> None:
    """Run FILE in a sandbox and exit as it does."""
    from crucible.domain.limits import Limits
    from crucible.domain.sandbox import SandboxSpec

    spec = SandboxSpec(
        runtime=runtime or runtime_of(file.name),
        code=file.read_text(),
        stdin=b"" if sys.stdin.isatty() else sys.stdin.buffer.read(),
        argv=tuple(arguments or ()),
        limits=Limits(wall_seconds=wall, memory_bytes=memory * MIB),
    )
    finished = asyncio.run(_run(spec))
    if as_json:
        typer.echo(_summary(finished), err=True)
    elif finished.error:
        typer.echo(f"{finished.outcome.replace('_', ' ')}: {finished.error}", err=True)
    raise typer.Exit(exit_code(finished.outcome, finished.exit_code, finished.signal))


async def _run(spec: "SandboxSpec") -> "SandboxFinished":
    from crucible.domain.errors import SandboxUnavailableError
    from crucible.domain.sandbox import SandboxEvent, SandboxOutput
    from crucible.sandbox.namespaces.driver import NamespacesDriver
    from crucible.sandbox.runtimes import discover

    writers = {"stdout": standard_output(), "stderr": standard_error()}

    async def show(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            writers[event.stream].write(event.data)

    runtimes = await discover()
    runtime = runtimes.get(spec.runtime)
    if runtime is None:
        known = ", ".join(found.report.name for found in runtimes)
        raise typer.BadParameter(f"there is no runtime {spec.runtime!r} here; there are: {known}")
    try:
        driver = await NamespacesDriver.open()
    except SandboxUnavailableError as error:
        typer.echo(f"{error.detail}\n`crucible doctor` says what works here, and what mends the rest.", err=True)
        raise typer.Exit(1) from error
    cancelled = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, cancelled.set)
    try:
        return await driver.run(spec, runtime, show, cancelled)
    finally:
        for writer in writers.values():
            writer.close()
        await driver.close()


def _summary(finished: "SandboxFinished") -> str:
    return json.dumps(
        {
            "outcome": finished.outcome,
            "exit_code": finished.exit_code,
            "signal": finished.signal,
            "error": finished.error,
            "usage": {
                "wall_seconds": finished.wall_seconds,
                "cpu_seconds": finished.cpu_seconds,
                "peak_memory_bytes": finished.peak_memory_bytes,
            },
        }
    )
