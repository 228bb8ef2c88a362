"""A program is parsed without being run, and what comes back from beside it is held to bounds."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from crucible.domain.check import MAXIMUM_FINDINGS, MAXIMUM_MESSAGE, CheckRequest
from crucible.domain.errors import InvalidRequestError, PermissionDeniedError, UnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.sandbox import Isolation, SandboxEvent, SandboxFinished, SandboxSpec
from crucible.evaluations.check import AT_ONCE, Checks, read
from crucible.evaluations.checkers import checkers
from tests.fake_executor import RUNTIMES, STARTED, SUCCEEDED, FakeExecutor, stdout


def says(text: str) -> FakeExecutor:
    async def script(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield stdout(text.encode())
        yield SUCCEEDED

    return FakeExecutor(script)


async def test_it_is_parsed_behind_no_less_than_it_would_run_in() -> None:
    executor = says("2:5:2:6: error: invalid syntax\n")
    asked = CheckRequest(code="x\ny = =", engine="gvisor", minimum_isolation=Isolation.USER_SPACE_KERNEL)
    result = await Checks(executor).check(LOCAL_OWNER, asked, RUNTIMES)
    (spec,) = executor.specs
    assert (spec.engine, spec.minimum_isolation) == ("gvisor", Isolation.USER_SPACE_KERNEL)
    assert spec.compartment == LOCAL_OWNER.tenant_id
    assert spec.code is not None
    assert "y = =" not in spec.code
    (finding,) = result.findings
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (2, 5, 2, 6)
    assert (finding.severity, finding.message) == ("error", "invalid syntax")


async def test_what_is_said_is_bounded() -> None:
    flood = "".join(f"1:1:0:0: error: {'m' * 2000}{number}\n" for number in range(1000))
    flood += "".join(f"{number}:1:0:0: warning: other\n" for number in range(1, 1000))
    code = "\n" * 999 + "pass"
    result = await Checks(says(flood)).check(LOCAL_OWNER, CheckRequest(code=code), RUNTIMES)
    assert len(result.findings) == MAXIMUM_FINDINGS
    assert all(len(finding.message) <= MAXIMUM_MESSAGE for finding in result.findings)


@pytest.mark.parametrize("line", ["0", "99999999999999999999", "5"])
def test_a_place_that_the_program_does_not_have_is_the_nearest_that_it_has(line: str) -> None:
    (finding,) = read(checkers()["python"], f"{line}:9:{line}:10: error: no\n", "one\ntwo")
    assert finding.line == (2 if line == "5" else 1)
    assert finding.end_line in {None, 2}


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_a_program_that_has_its_compiler_name_far_columns_holds_nobody_up(blank: str) -> None:
    said = "".join(f"main.c:1:1000000: error: {number % 50}\n" for number in range(1500))
    began = time.process_time()
    found = list(read(checkers()["c"], said, blank * 1_000_000))
    assert time.process_time() - began < 1  # to look along the line for each took minutes
    assert [finding.column for finding in found] == [1_000_000 if blank == " " else None] * 50


def test_a_column_is_a_character_even_behind_tabs() -> None:
    (finding,) = read(checkers()["c"], "main.c:1:17: error: no\n", "\t\tx y")
    assert finding.column == 3


async def test_nothing_is_started_for_an_empty_program() -> None:
    executor = says("")
    result = await Checks(executor).check(LOCAL_OWNER, CheckRequest(code=" \n"), RUNTIMES)
    assert (result.checked, executor.specs) == (True, [])


async def test_a_parser_that_breaks_is_told_from_one_that_found_nothing() -> None:
    async def breaks(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield SandboxFinished(outcome=Outcome.KILLED_BY_SIGNAL, signal="SIGSEGV")

    result = await Checks(FakeExecutor(breaks)).check(LOCAL_OWNER, CheckRequest(code="x"), RUNTIMES)
    assert not result.checked
    assert result.reason == "the parser ended as killed_by_signal"


async def test_many_checks_wait_and_then_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crucible.evaluations.check._WAIT_SECONDS", 0.05)
    opened, full = asyncio.Event(), asyncio.Event()

    async def waits(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        if executor.running == AT_ONCE:
            full.set()
        await opened.wait()
        yield SUCCEEDED

    executor = FakeExecutor(waits)
    checks = Checks(executor)
    asked = CheckRequest(code="x")
    going = [asyncio.create_task(checks.check(LOCAL_OWNER, asked, RUNTIMES)) for _ in range(AT_ONCE)]
    await full.wait()
    with pytest.raises(UnavailableError, match="too much is being checked"):
        await checks.check(LOCAL_OWNER, asked, RUNTIMES)
    opened.set()
    assert all(result.checked for result in await asyncio.gather(*going))
    assert executor.running == 0


async def test_whoever_may_not_submit_may_not_check() -> None:
    viewer = Principal(tenant_id=LOCAL_OWNER.tenant_id, subject="v", role=Role.VIEWER)
    with pytest.raises(PermissionDeniedError):
        await Checks(says("")).check(viewer, CheckRequest(code="x"), RUNTIMES)


async def test_a_runtime_that_is_not_here_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequestError, match="runtime: 'cobol' is not a runtime"):
        await Checks(says("")).check(LOCAL_OWNER, CheckRequest(code="x", runtime="cobol"), RUNTIMES)
