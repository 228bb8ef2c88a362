"""Ask a language's own parser what it thinks of a program, without running it.

Parsers have defects, and the text is a stranger's: it is parsed in a sandbox, behind no less than the program
would have. What comes back was written in there, so it is bounded and read as text.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import aclosing

from crucible.access.policy import Permission, require
from crucible.domain.check import MAXIMUM_FINDINGS, MAXIMUM_MESSAGE, CheckRequest, CheckResult, Finding
from crucible.domain.errors import UnavailableError
from crucible.domain.limits import KIB, MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport, SandboxFinished, SandboxOutput, SandboxSpec
from crucible.evaluations.checkers import Checker, checkers
from crucible.evaluations.execute import Executor
from crucible.evaluations.submit import resolve_all

LIMITS = Limits(
    wall_seconds=5, memory_bytes=512 * MIB, processes=32, disk_bytes=32 * MIB, output_bytes=64 * KIB, cpus=1
)
"""More than any parser wants of a program that somebody types; a C++ compiler sets the measure."""
AT_ONCE = 2
"""Checks are many and small, and must not take a host from what is to run."""
_WAIT_SECONDS = 2.0
_ENDS = frozenset({Outcome.SUCCEEDED, Outcome.NONZERO_EXIT, Outcome.COMPILE_ERROR})
"""How a run ends in which the parser could say what it had to."""
_DIGITS = 7
_FURTHEST_BEHIND_TABS = 2000


class Checks:
    """Runs a few checks at a time."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._places = asyncio.Semaphore(AT_ONCE)

    async def check(
        self, principal: Principal, request: CheckRequest, runtimes: Sequence[RuntimeReport]
    ) -> CheckResult:
        """Return what the parser says.

        Raises PermissionDeniedError, InvalidRequestError for a runtime that is not here, ExecutorUnavailableError,
        and UnavailableError where too many are being checked.
        """
        require(principal, Permission.SUBMIT)
        (name,) = resolve_all([request], runtimes, None)
        runtime = next(one for one in runtimes if (one.image, one.name) == (request.image, name))
        checker = checkers().get(runtime.language)
        if checker is None:
            return CheckResult(checked=False, reason=f"there is no checker for {runtime.language}")
        if not request.code.strip():
            return CheckResult(checked=True)
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError as error:
            raise UnavailableError("too much is being checked: ask again", retry_after_seconds=1) from error
        try:
            finished, said = await self._run(_spec(request, runtime, checker, principal.tenant_id))
        finally:
            self._places.release()
        if finished.outcome not in _ENDS:
            return CheckResult(checked=False, reason=finished.error or f"the parser ended as {finished.outcome}")
        return CheckResult(checked=True, findings=tuple(read(checker, said, request.code)))

    async def _run(self, spec: SandboxSpec) -> tuple[SandboxFinished, str]:
        said = bytearray()
        async with aclosing(self._executor.run(spec)) as events:
            async for event in events:
                if isinstance(event, SandboxOutput):
                    said += event.data
                elif isinstance(event, SandboxFinished):
                    return event, said.decode(errors="replace")
        raise UnavailableError("the executor ended the check without saying how")


def _spec(request: CheckRequest, runtime: RuntimeReport, checker: Checker, tenant_id: str) -> SandboxSpec:
    read_too = {file.path: file.data() for file in request.files if file.path != runtime.entrypoint}
    return SandboxSpec(
        runtime=runtime.name,
        code=checker.program or request.code + checker.suffix,
        files={"program": request.code.encode()} if checker.program else read_too,
        limits=LIMITS,
        engine=request.engine,
        minimum_isolation=request.minimum_isolation,
        image=request.image,
        compartment=tenant_id,
    )


def read(checker: Checker, said: str, code: str) -> Iterator[Finding]:
    """Yield the first of what the parser objects to, each once, held to lines that the program has."""
    lines = code.split("\n")
    seen: set[Finding] = set()
    for told in said.splitlines():
        match = checker.pattern.match(told)
        if match is None or match["message"] == checker.ignore:
            continue
        finding = _finding(checker, match, lines)
        if finding not in seen:
            seen.add(finding)
            yield finding
        if len(seen) == MAXIMUM_FINDINGS:
            return


def _finding(checker: Checker, match: re.Match[str], lines: Sequence[str]) -> Finding:
    groups = match.groupdict()
    line = max(1, min(_number(groups["line"]), len(lines)))
    column = _number(groups.get("column"))
    end_line = min(_number(groups.get("end_line")), len(lines))
    return Finding(
        line=line,
        column=_character(lines[line - 1], column, checker.tab) if column else None,
        end_line=end_line or None,
        end_column=_number(groups.get("end_column")) or None if end_line else None,
        severity="warning" if groups.get("severity") == "warning" else "error",
        message=groups["message"][:MAXIMUM_MESSAGE],
    )


def _number(text: str | None) -> int:
    return int(text) if text and len(text) <= _DIGITS else 0


def _character(line: str, column: int, tab: int) -> int | None:
    """Return which character stands in a column, where tabs reach to the next multiple of `tab`.

    None behind tabs and too far to the right: a program can have its compiler name a million columns.
    """
    if tab == 1 or line.find("\t", 0, column) < 0:
        return min(column, len(line) + 1)
    if column > _FURTHEST_BEHIND_TABS:
        return None
    reached = 0
    for place, character in enumerate(line, start=1):
        reached = (reached // tab + 1) * tab if character == "\t" else reached + 1
        if reached >= column:
            return place
    return len(line) + 1
