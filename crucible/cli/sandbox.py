"""`crucible sandbox`: the sandbox alone, with no server, no queue and no record."""

import asyncio
import json as json_format
import signal
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import typer

from crucible.cli.exit_codes import exit_code
from crucible.cli.following import Screen
from crucible.cli.option_groups import spread
from crucible.cli.options import Json
from crucible.cli.program import ProgramOptions
from crucible.cli.progress import on_standard_error
from crucible.cli.sandbox_session import session
from crucible.domain.errors import InvalidRequestError, SandboxUnavailableError
from crucible.domain.evaluation import Submission
from crucible.domain.sandbox import (
    Containment,
    SandboxAttempt,
    SandboxEvent,
    SandboxFile,
    SandboxFinished,
    SandboxOutput,
    SandboxProgress,
    SandboxSpec,
    SandboxStarted,
)

if TYPE_CHECKING:
    from crucible.sandbox.runtimes.known import KnownRuntimes
    from crucible.sandbox.runtimes.runtime import Runtime

sandbox = typer.Typer(help="Use the sandbox without a server.", no_args_is_help=True)
sandbox.add_typer(session, name="session")


@sandbox.command()
@spread
def run(program: ProgramOptions, *, json: Json = False) -> None:
    """Run a program in a sandbox, show its output live, and exit as it does. Nothing is kept."""
    submission = program.submission()
    kept = _Kept() if json else None
    finished = asyncio.run(_run(_spec(submission), kept))
    if kept is not None:
        typer.echo(json_format.dumps(asdict(finished) | kept.document()))
    elif finished.error:
        typer.echo(f"{finished.outcome.replace('_', ' ')}: {finished.error}", err=True)
    raise typer.Exit(exit_code(finished.outcome, finished.exit_code, finished.signal))


def _spec(submission: Submission) -> SandboxSpec:
    return SandboxSpec(
        runtime=submission.runtime,
        code=submission.code,
        files={file.path: file.data() for file in submission.files},
        stdin=submission.stdin.encode(),
        argv=submission.argv,
        env=submission.env,
        limits=submission.limits,
        engine=submission.engine,
        minimum_isolation=submission.minimum_isolation,
        image=submission.image,
        fresh=submission.fresh,
        reports_progress=submission.reports_progress,
    )


@dataclass(slots=True)
class _Kept:
    """What the program wrote, where it is answered and not shown."""

    streams: dict[str, bytearray] = field(default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()})
    files: list[dict[str, str | int]] = field(default_factory=list)
    attempts: dict[tuple[str, str, str], SandboxAttempt] = field(default_factory=dict)
    progress: SandboxProgress | None = None
    containment: Containment | None = None
    runtime_version: str | None = None

    def take(self, event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            self.streams[event.stream] += event.data
        elif isinstance(event, SandboxFile):
            self.files.append({"path": event.path, "size_bytes": len(event.data)})
        elif isinstance(event, SandboxAttempt):
            self.attempts[event.action, event.name, event.detail] = event
        elif isinstance(event, SandboxStarted):
            self.containment = event.containment
            self.runtime_version = event.runtime_version
        elif isinstance(event, SandboxProgress):
            self.progress = event

    def document(self) -> dict[str, object]:
        shown = {name: data.decode(errors="replace") for name, data in self.streams.items()}
        return {
            **shown,
            "files": self.files,
            "attempts": [asdict(attempt) for attempt in self.attempts.values()],
            "progress": asdict(self.progress) if self.progress else None,
            "containment": asdict(self.containment) if self.containment else None,
            "runtime_version": self.runtime_version,
        }


async def _run(spec: SandboxSpec, kept: _Kept | None) -> SandboxFinished:
    """Run the program; its output goes where ours does, or into `kept`. Raises SandboxUnavailableError."""
    from crucible.sandbox.engines import Engines
    from crucible.sandbox.images import Images
    from crucible.sandbox.runtimes.in_images import discover_in
    from crucible.sandbox.runtimes.known import KnownRuntimes
    from crucible.sandbox.runtimes.on_host import discover
    from crucible.settings import Settings

    screen = Screen(on_standard_error())

    async def take(event: SandboxEvent) -> None:
        if kept is not None:
            kept.take(event)
        elif isinstance(event, SandboxOutput):
            screen.output(event.stream, event.data)
        elif isinstance(event, SandboxAttempt):
            screen.attempt(event)
        elif isinstance(event, SandboxProgress):
            screen.progress(event)

    engines = Engines()
    cancelled = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, cancelled.set)
    try:
        driver = await engines.choose(spec)
        in_images = await discover_in(Images(Settings().images_path), driver) if spec.image else {}
        runtime = await _find(KnownRuntimes(await discover(), in_images), spec)
        finished = await driver.run(spec, runtime, take, cancelled)
        screen.finish()
        return finished
    finally:
        screen.close()
        await engines.close()


async def _find(runtimes: "KnownRuntimes", spec: SandboxSpec) -> "Runtime":
    try:
        return await runtimes.find(spec.runtime, spec.image)
    except SandboxUnavailableError as error:
        raise InvalidRequestError(error.detail) from error
