"""The ways in which an empty Python program is started: bare, in a sandbox, through the API."""

import asyncio
import json
import os
import subprocess
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.timing import Subject, in_rounds
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxFinished, SandboxSpec
from crucible.executor.client import ExecutorClient
from crucible.sandbox.driver import Driver
from crucible.sandbox.runtimes.runtime import Runtime

BARE = "python3 -I -c pass"
OLDEST_PYTHON = (3, 11)


class WrongResultError(Exception):
    """A program did not succeed, so that its time means nothing."""


def bare(interpreter: Path, code: str = "pass") -> None:
    """Start the interpreter with nothing around it."""
    subprocess.run([interpreter, "-I", "-c", code], check=True, stdin=subprocess.DEVNULL)


def has_numpy(runtime: Runtime) -> bool:
    """Whether programs of this runtime can import numpy."""
    if runtime.report.language != "python":
        return False
    command = [runtime.interpreter, "-I", "-c", "import numpy"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


async def cold(driver: Driver, runtime: Runtime) -> None:
    """Run an empty program in a sandbox that is made for it then and there, with no executor between."""

    async def ignore(_: SandboxEvent) -> None:
        pass

    spec = SandboxSpec(runtime=runtime.report.name, code="pass")
    ended = await driver.run(spec, runtime, ignore, asyncio.Event())
    if ended.outcome is not Outcome.SUCCEEDED:
        raise WrongResultError(f"{ended.outcome}: {ended.error}")


async def warm(executor: ExecutorClient, runtime: str, code: str = "pass", *, engine: str | None = None) -> None:
    """Run a program through the executor, whose sandboxes stand already."""
    async for event in executor.run(SandboxSpec(runtime=runtime, code=code, engine=engine)):
        if isinstance(event, SandboxFinished) and event.outcome is not Outcome.SUCCEEDED:
            raise WrongResultError(f"{event.outcome}: {event.error}")


def post(http: httpx2.Client, runtime: str, code: str) -> dict[str, Any]:
    """Submit a program and return its evaluation, which has ended."""
    answer = http.post("/api/v1/evaluations", params={"wait": 30}, json={"code": code, "runtime": runtime})
    evaluation: dict[str, Any] = answer.raise_for_status().json()
    _check(evaluation)
    return evaluation


def post_once(http: httpx2.Client, runtime: str) -> None:
    """Submit an empty program and wait for its end."""
    post(http, runtime, "pass")


def post_plainly(connection: HTTPConnection, runtime: str) -> None:
    """Submit an empty program and wait for its end, with next to no time spent on this side of the connection."""
    try:
        answer = _sent(connection, runtime)
    except ConnectionError:  # the server ended it, as nothing came for some seconds
        connection.close()
        answer = _sent(connection, runtime)
    content = answer.read()
    if answer.status != HTTPStatus.CREATED:
        raise WrongResultError(f"{answer.status} {answer.reason}: {content.decode()}")
    _check(json.loads(content))


def _sent(connection: HTTPConnection, runtime: str) -> HTTPResponse:
    body = json.dumps({"code": "pass", "runtime": runtime})
    connection.request("POST", "/api/v1/evaluations?wait=30", body, {"Content-Type": "application/json"})
    return connection.getresponse()


def _check(evaluation: dict[str, Any]) -> None:
    if evaluation["outcome"] != Outcome.SUCCEEDED:
        raise WrongResultError(f"{evaluation['outcome']}: {evaluation['error'] or evaluation['stderr']}")


def interpreter_of(http: httpx2.Client, runtime: str) -> Path:
    """Return the host's path of the interpreter that a runtime runs, which is the one to compare with."""
    shown = post(http, runtime, "import os, sys\nprint(os.path.realpath(sys.executable))")["stdout"].strip()
    if not os.access(shown, os.X_OK):
        raise WrongResultError(f"the runtime's interpreter {shown} is not at that path on this host")
    return Path(shown)


def quickest_python(http: httpx2.Client) -> str:
    """Return the Python that starts quickest, which is the hardest to compare with.

    What an installation loads at every start (its .pth files) can take longer than all of a sandbox, and would
    hide it.
    """
    found = http.get("/api/v1/runtimes").raise_for_status().json()["items"]
    names = [
        one["name"] for one in found if one["language"] == "python" and _version(one["version"]) >= OLDEST_PYTHON
    ]
    quickest: str = min(names, key=lambda name: start_seconds(interpreter_of(http, name)))
    return quickest


def start_seconds(interpreter: Path) -> float:
    """Return how long the interpreter takes to start at its best."""
    [timed] = in_rounds([Subject(BARE, partial(bare, interpreter))], rounds=5).values()
    return min(timed.seconds)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])
