"""What a program tried and was refused, on a terminal. Every word of it may be of the program's choosing."""

from collections.abc import Iterable

import typer

from crucible.cli.terminal import safe_line
from crucible.domain.event import Attempt
from crucible.domain.sandbox import SandboxAttempt


def attempt_line(attempt: Attempt | SandboxAttempt) -> str:
    """Return it in one line: `refused: connect 192.0.2.7:80`."""
    times = f", {attempt.count:,} times" if attempt.count > 1 else ""
    return safe_line(f"refused: {attempt.name} {attempt.detail}".rstrip() + times)


def tell_attempts(attempts: Iterable[SandboxAttempt]) -> None:
    """Print them, a line each, with when it was tried first."""
    for attempt in attempts:
        typer.echo(f"{attempt.wall_seconds:9.3f} s  {attempt_line(attempt)}")


class Told:
    """Which attempts somebody who looks was told of; their counts grow, and each is worth one line."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, str]] = set()

    def line(self, attempt: Attempt | SandboxAttempt) -> bytes:
        """Return the line for one that is new, and nothing for any other."""
        key = (attempt.action, attempt.name, attempt.detail)
        if key in self._seen:
            return b""
        self._seen.add(key)
        return f"{attempt_line(attempt)}\n".encode()
