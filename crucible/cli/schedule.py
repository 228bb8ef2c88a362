"""`crucible schedule`: programs, batches and pipelines that run again and again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from crucible.cli.given_files import read_text_file
from crucible.cli.option_groups import spread
from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.program import SubmissionOptions
from crucible.cli.rendering import age, print_json, show
from crucible.cli.schedule_sources import work_of
from crucible.cli.server import connected
from crucible.cli.terminal import safe_line
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import Submission
from crucible.domain.mistakes import filled
from crucible.domain.schedule import Firing, MissedRuns, Schedule, ScheduledWork, ScheduleRequest

schedule = typer.Typer(help="Run programs at times.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="ID", help="The schedule: `sc_…`.", show_default=False)]


@schedule.command("add")
@spread
def add(
    *,
    cron: Annotated[str, typer.Argument(metavar="CRON", help="Minute, hour, day, month, weekday.")],
    name: Annotated[str | None, typer.Option("--name", help="FILE's where not given.")] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", "-z", help="Europe/Berlin")] = "UTC",
    missed: Annotated[
        MissedRuns, typer.Option("--missed", help="Of times that passed while nobody was there to fire.")
    ] = MissedRuns.ONCE,
    batch: Annotated[
        bool, typer.Option("--batch", help="FILE is a batch: JSON lines, a .csv, or a folder of programs.")
    ] = False,
    pipeline: Annotated[bool, typer.Option("--pipeline", help="FILE is a pipeline's TOML or JSON.")] = False,
    program: SubmissionOptions,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Have a program, a batch or a pipeline run at times, and print the schedule's id.

    It is read now, and is the same each time. Limits, runtime and priority are, of a batch, for those of its
    programs that have none of their own.
    """
    work = work_of(program, name, batch=batch, pipeline=pipeline)
    request = _request(name or program.file, cron, time_zone, missed, work)
    with connected(url) as crucible:
        made = crucible.schedules.create(request)
    if json:
        print_json(made)
    else:
        typer.echo(made.id)


@schedule.command("edit")
def edit(
    schedule_id: _Id,
    *,
    cron: Annotated[str | None, typer.Option("--cron", help="Minute, hour, day, month, weekday.")] = None,
    time_zone: Annotated[str | None, typer.Option("--time-zone", "-z", help="Europe/Berlin")] = None,
    missed: Annotated[MissedRuns | None, typer.Option("--missed", help="Of times that passed unfired.")] = None,
    name: Annotated[str | None, typer.Option("--name")] = None,
    file: Annotated[
        Path | None, typer.Option("--program", exists=True, dir_okay=False, help="The file to run from now on.")
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Have a schedule be another, from now on; what is not named stays, and so does what fired."""
    with connected(url) as crucible:
        before = crucible.schedules.get(schedule_id)
        changed = crucible.schedules.replace(
            schedule_id,
            _request(
                before.name if name is None else name,
                before.cron if cron is None else cron,
                before.time_zone if time_zone is None else time_zone,
                before.missed if missed is None else missed,
                _work_of(before) if file is None else _with_program(before.submission, file),
            ),
        )
    if json:
        print_json(changed)
    else:
        show(_table([changed]))


@schedule.command("list")
def list_schedules(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List schedules, newest first."""
    with connected(url) as crucible:
        page = crucible.schedules.page(limit=limit)
        found = list(page.items)
        while page.next_cursor and len(found) < limit:  # pages of large programs are shorter
            page = crucible.schedules.page(limit=limit - len(found), cursor=page.next_cursor)
            found += page.items
    if json:
        print_json(*found)
    elif found:
        show(_table(found))
    else:
        show(Text("Nothing is scheduled. Try:  crucible schedule add '0 * * * *' program.py", style="dim"))


@schedule.command("show")
def show_schedule(schedule_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show a schedule: when it fires next, and when it fired."""
    with connected(url) as crucible:
        found = crucible.schedules.get(schedule_id)
        if json:
            print_json(found)
            return
        show(_table([found]))
        show(Text(f"runs   {_what(found)}"))
        fired = crucible.schedules.firings(schedule_id, limit=10).items
    zone = ZoneInfo(found.time_zone)
    for moment in found.next_firings:
        show(Text(f"next   {moment.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"))
    for one in fired:
        show(_line(one, zone))


@schedule.command("pause")
def pause(schedule_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Have a schedule fire no more until it is resumed."""
    with connected(url) as crucible:
        _tell(crucible.schedules.pause(schedule_id), json=json)


@schedule.command("resume")
def resume(schedule_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Have a schedule fire again, from now on."""
    with connected(url) as crucible:
        _tell(crucible.schedules.resume(schedule_id), json=json)


@schedule.command("remove")
def remove(schedule_id: _Id, url: Url = DEFAULT_URL) -> None:
    """End a schedule. What it started goes on."""
    with connected(url) as crucible:
        crucible.schedules.remove(schedule_id)


def _request(name: str, cron: str, time_zone: str, missed: MissedRuns, work: Mapping[str, Any]) -> ScheduleRequest:
    fields = {"name": name, "cron": cron, "time_zone": time_zone, "missed": missed, **work}
    return filled(ScheduleRequest, fields)


def _work_of(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in ScheduledWork.model_fields}


def _with_program(submission: Submission | None, file: Path) -> dict[str, Any]:
    if submission is None or submission.code is None:
        raise InvalidRequestError("it runs more than one file: make another schedule of the new ones")
    return {"submission": filled(Submission, {**submission.model_dump(), "code": read_text_file(file)})}


def _what(schedule: Schedule) -> str:
    if schedule.batch is not None:
        return f"a batch of {len(schedule.batch.evaluations)}"
    if schedule.pipeline is not None:
        return f"a pipeline of {len(schedule.pipeline.stages)} stages"
    return "a program"


def _table(schedules: Sequence[Schedule]) -> Table:
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("id", "state", "cron", "time zone", "next", "last"):
        shown.add_column(heading, no_wrap=True)
    shown.add_column("name", overflow="fold")
    for one in schedules:
        upcoming = one.next_firings[0].astimezone(ZoneInfo(one.time_zone)) if one.next_firings else None
        shown.add_row(
            one.id,
            one.state,
            one.cron,
            one.time_zone,
            f"{upcoming:%Y-%m-%d %H:%M}" if upcoming else "",
            age(one.last_firing.fire_at) if one.last_firing else "",
            safe_line(one.name),
        )
    return shown


def _line(firing: Firing, zone: ZoneInfo) -> Text:
    when = f"fired  {firing.fire_at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}  "
    return Text(when + (firing.started or "skipped: nobody was there at that time"))


def _tell(changed: Schedule, *, json: bool) -> None:
    if json:
        print_json(changed)
    else:
        typer.echo(f"{changed.id} is {changed.state}")
