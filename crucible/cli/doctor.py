"""`crucible doctor`: what works on this host, what does not, and the one command that mends it."""

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from crucible.domain.sandbox import DriverReport, RuntimeReport
    from crucible.sandbox.namespaces.probe import Finding


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say which engines, limits and runtimes work on this host, why others don't, and what mends them."""
    from crucible.sandbox.namespaces import probe

    findings = probe.examine()
    usable = all(finding.works for finding in findings if finding.required)
    runtimes, trial = asyncio.run(_try_out(usable))
    engines = asyncio.run(_open_all())
    usable = trial is not None and trial.error is None
    if as_json:
        typer.echo(json.dumps(_document(findings, runtimes, trial, engines), indent=2))
    else:
        _show(findings, trial)
        _show_engines(engines)
        _show_runtimes(runtimes)
    if not usable:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Trial:
    """How a program that does nothing ended in a real sandbox, and what was enforced on it."""

    error: str | None
    wall_seconds: float
    enforced: dict[str, str]


async def _try_out(usable: bool) -> "tuple[list[RuntimeReport], Trial | None]":
    """Return the runtimes there are, and the trial where it can be made."""
    from crucible.domain.outcome import Outcome
    from crucible.domain.sandbox import SandboxEvent, SandboxSpec
    from crucible.sandbox.namespaces.driver import NamespacesDriver
    from crucible.sandbox.runtimes.on_host import discover

    async def ignore(_: SandboxEvent) -> None:
        pass

    runtimes = await discover()
    reports = [runtime.report for runtime in runtimes]
    shell = runtimes.get("bash") or runtimes.get("python")
    if not usable or shell is None:
        return reports, None
    driver = await NamespacesDriver.open()
    try:
        spec = SandboxSpec(
            runtime=shell.report.name, code="exit()" if shell.report.language == "python" else "exit"
        )
        finished = await driver.run(spec, shell, ignore, asyncio.Event())
    finally:
        await driver.close()
    error = None if finished.outcome is Outcome.SUCCEEDED else finished.error or f"it ended as {finished.outcome}"
    return reports, Trial(error, finished.wall_seconds, driver.report().enforces)


async def _open_all() -> "tuple[DriverReport, ...]":
    """Return what each engine says of itself here; those of containers make one to find out."""
    from crucible.sandbox.engines import Engines

    engines = Engines()
    try:
        return await engines.reports()
    finally:
        await engines.close()


def _document(
    findings: "list[Finding]",
    runtimes: "list[RuntimeReport]",
    trial: Trial | None,
    engines: "tuple[DriverReport, ...]",
) -> dict[str, object]:
    return {
        "drivers": {
            "namespaces": {
                "works": trial is not None and trial.error is None,
                "isolation": "shared-kernel",
                "findings": [asdict(finding) for finding in findings],
                "trial": asdict(trial) if trial else None,
            }
        },
        "engines": [asdict(engine) for engine in engines],
        "runtimes": [asdict(runtime) for runtime in runtimes],
    }


def _show(findings: "list[Finding]", trial: Trial | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(
        title="driver namespaces · isolation shared-kernel", title_justify="left", box=None, pad_edge=False
    )
    table.add_column("")
    table.add_column("what", style="bold")
    table.add_column("on this host")
    for finding in findings:
        mark = Text("✓", "green") if finding.works else Text("✗", "red" if finding.required else "yellow")
        detail = Text(finding.detail)
        if finding.remedy and not finding.works:
            detail.append("\n→ ", "bold").append(finding.remedy, "cyan")
        table.add_row(mark, finding.subject, detail)
    if trial is not None:
        worked = trial.error is None
        detail = Text(
            f"a program ran and ended in {trial.wall_seconds * 1000:.0f} ms" if worked else str(trial.error)
        )
        table.add_row(Text("✓", "green") if worked else Text("✗", "red"), "trial", detail)
        for what, mechanism in trial.enforced.items() if worked else ():
            table.add_row(Text("✓", "green"), what, mechanism)
    console.print(table)


def _show_engines(engines: "tuple[DriverReport, ...]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title="\nengines, strongest first", title_justify="left", box=None, pad_edge=False)
    for heading in ("", "engine", "isolation", "on this host"):
        table.add_column(heading, style="bold" if heading == "engine" else "")
    for engine in engines:
        if engine.available:
            detail = Text(engine.enforces.get("container", "works"))
            for what, reason in engine.missing.items():
                detail.append(f"\nweaker: {what} ({reason})", "yellow")
            for promise, reason in engine.unpromised.items():
                detail.append(f"\nnot promised: {promise} ({reason})", "yellow")
        else:
            reason, _, remedy = engine.missing.get("engine", "").rpartition("; ")
            detail = Text(reason or remedy)
            if reason:
                detail.append("\n→ ", "bold").append(remedy, "cyan")
        mark = Text("✓", "green") if engine.available else Text("✗", "yellow")
        table.add_row(mark, engine.engine, str(engine.isolation), detail)
    Console().print(table)


def _show_runtimes(runtimes: "list[RuntimeReport]") -> None:
    from rich.console import Console
    from rich.text import Text

    names = ", ".join(f"{runtime.name} ({runtime.version})" for runtime in runtimes)
    Console().print(
        Text("\nruntimes: ", "bold") + Text(names or "none found: install python3, nodejs, bash or gcc")
    )
    for runtime in runtimes:
        if runtime.lacking:
            lacking = ", ".join(runtime.lacking)
            Console().print(
                Text(f"{runtime.name} lacks {lacking}: an interpreter is started for each of its programs, slower")
            )
