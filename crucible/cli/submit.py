"""`crucible submit`: hand in a program and leave."""

import typer

from crucible.cli import program
from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import print_json
from crucible.cli.server import connected
from crucible.domain.evaluation import Priority
from crucible.domain.sandbox import Isolation


def submit(
    *,
    file: program.File,
    arguments: program.Arguments = None,
    runtime: program.RuntimeName = None,
    stdin: program.Stdin = None,
    env: program.Env = None,
    files: program.Files = None,
    labels: program.Labels = None,
    priority: program.PriorityName = Priority.NORMAL,
    wall: program.Wall = None,
    cpu: program.Cpu = None,
    memory: program.Memory = None,
    processes: program.Processes = None,
    disk: program.Disk = None,
    output: program.OutputSize = None,
    engine: program.EngineName = None,
    isolation: program.MinimumIsolation = Isolation.SHARED_KERNEL,
    image: program.Image = None,
    fresh: program.Fresh = False,
    worker_labels: program.WorkerLabels = None,
    progress: program.ReportsProgress = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Hand in a program and print its id. Once that is printed, it is on the server's disk."""
    submission = program.submission_of(
        file,
        runtime=runtime,
        stdin=stdin,
        argv=arguments,
        env=env,
        files=files,
        labels=labels,
        priority=priority,
        limits=program.limits_of(wall=wall, cpu=cpu, memory=memory, processes=processes, disk=disk, output=output),
        engine=engine,
        minimum_isolation=isolation,
        image=image,
        fresh=fresh,
        worker_labels=worker_labels,
        reports_progress=progress,
    )
    with connected(url) as crucible:
        evaluation = crucible.submit(submission)
    if json:
        print_json(evaluation)
    else:
        typer.echo(evaluation.id)
