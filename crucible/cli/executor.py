"""`crucible executor`: the privileged process, for whoever starts the roles apart."""

import asyncio
import os
import pwd
import signal
from pathlib import Path
from typing import Annotated

import typer


def executor(
    socket: Annotated[Path, typer.Option(help="The Unix socket to listen on.", envvar="CRUCIBLE_EXECUTOR_SOCKET")],
    with_parent: Annotated[
        int | None, typer.Option("--with-parent", help="End when this process ends, which started this one.")
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(help="The runtime that `python` means.", envvar="CRUCIBLE_PYTHON", show_default="the newest"),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            help="The folder of named root file systems.",
            envvar="CRUCIBLE_IMAGES",
            show_default="beside the socket",
        ),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT",
            help="Another account that may connect, as a worker's, where it is in this one's group.",
            envvar="CRUCIBLE_EXECUTOR_CLIENT",
            show_default="its own alone",
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(help="For programs that name none; auto: the strongest.", envvar="CRUCIBLE_ENGINE"),
    ] = "namespaces",
) -> None:
    """Own every sandbox. Needs the kernel's namespaces and cgroups, and no credentials: give it none."""
    if with_parent is not None:
        from crucible.sandbox import kernel

        kernel.die_with_parent(signal.SIGTERM)
        if os.getppid() != with_parent:  # it ended before we could ask to be told
            return
    asyncio.run(_serve(socket, python, engine, images or socket.parent / "images", client))


async def _serve(path: Path, python: str | None, engine: str, images: Path, client: str | None) -> None:
    from crucible.domain.errors import InvalidRequestError
    from crucible.domain.sandbox import SandboxSpec
    from crucible.executor.server import ExecutorServer
    from crucible.sandbox import engines
    from crucible.sandbox.images import Images
    from crucible.sandbox.runtimes.in_images import discover_in
    from crucible.sandbox.runtimes.known import KnownRuntimes
    from crucible.sandbox.runtimes.on_host import discover
    from crucible.telemetry.logging import configure_logging

    configure_logging()
    other = None if client is None else _account(client)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    async with engines.opened(engine) as opened:
        found = await discover(python)
        if python is not None and found.get(python) is None:
            names = ", ".join(runtime.report.name for runtime in found)
            raise InvalidRequestError(
                f"CRUCIBLE_PYTHON is {python!r}, which is no runtime here; there are: {names}"
            )
        known = Images(images)
        in_images = await discover_in(known, await opened.choose(SandboxSpec(runtime="")))
        server = await ExecutorServer.listen(path, opened, KnownRuntimes(found, in_images), known, client=other)
        try:
            await ending.wait()
        finally:
            await server.close()
            path.unlink(missing_ok=True)  # noqa: ASYNC240 - one call, as the process ends


def _account(name: str) -> int:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise typer.BadParameter(f"there is no account {name!r} on this machine", param_hint="--client") from None
