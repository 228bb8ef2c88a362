"""Which engine a program gets, and that it is never another one than it may have."""

import asyncio

import pytest

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import AUTO_ENGINE, DriverReport, Isolation, SandboxFinished, SandboxSpec
from crucible.sandbox import engines
from crucible.sandbox.driver import Driver, Emit
from crucible.sandbox.engines import Engine, Engines
from crucible.sandbox.runtimes.runtime import Runtime

SHARED, USER_SPACE, MACHINE = Isolation


class _Named:
    """A driver that nothing is run in: only which one is chosen matters here."""

    def __init__(self, engine: str, isolation: Isolation, *, sessions: bool = False) -> None:
        self.engine = engine
        self._isolation = isolation
        self._sessions = sessions
        self.closed = False

    def report(self) -> DriverReport:
        return DriverReport(
            engine=self.engine,
            driver="named",
            available=True,
            isolation=self._isolation,
            missing={} if self._sessions else {"sessions": "it forgets"},
            sessions=self._sessions,
        )

    async def run(
        self, _spec: SandboxSpec, _runtime: Runtime, _emit: Emit, _cancelled: asyncio.Event
    ) -> SandboxFinished:
        raise NotImplementedError

    async def close(self) -> None:
        self.closed = True


def _opens(name: str, isolation: Isolation, opened: list[_Named]) -> Engine:
    async def open_it() -> Driver:
        opened.append(_Named(name, isolation))
        return opened[-1]

    return Engine(isolation, "named", open_it)


def _fails(isolation: Isolation, attempts: list[str]) -> Engine:
    async def fail() -> Driver:
        attempts.append("tried")
        raise SandboxUnavailableError("it is not installed; apt-get install it")

    return Engine(isolation, "named", fail)


@pytest.fixture
def attempts() -> list[str]:
    return []


@pytest.fixture
def opened() -> list[_Named]:
    return []


@pytest.fixture
def some(attempts: list[str], opened: list[_Named]) -> Engines:
    return Engines(
        "plain",
        {
            "broken": _fails(USER_SPACE, attempts),
            "strong": _opens("strong", USER_SPACE, opened),
            "plain": _opens("plain", SHARED, opened),
            "other": _opens("other", SHARED, opened),
        },
    )


@pytest.mark.parametrize(
    ("engine", "minimum", "chosen"),
    [
        (None, SHARED, "plain"),
        (None, USER_SPACE, "strong"),
        ("other", SHARED, "other"),
        ("auto", SHARED, "strong"),
        ("auto", USER_SPACE, "strong"),
    ],
)
async def test_it_is_the_default_the_named_or_the_strongest(
    some: Engines, engine: str | None, minimum: Isolation, chosen: str
) -> None:
    driver = await some.choose(SandboxSpec(runtime="x", engine=engine, minimum_isolation=minimum))
    assert driver.engine == chosen


@pytest.mark.parametrize(
    ("engine", "minimum", "why"),
    [
        ("nothing", SHARED, "no engine 'nothing'; there are: broken, strong, plain, other"),
        ("other", USER_SPACE, "gives shared-kernel, less than the user-space-kernel"),
        ("broken", SHARED, "apt-get install"),
        (
            "auto",
            MACHINE,
            "gives virtual-machine or more; there are: broken \\(user-space-kernel\\), ",
        ),
        (None, MACHINE, "no engine here gives virtual-machine"),
    ],
)
async def test_it_is_refused_with_the_reason_where_it_can_not_be_had(
    some: Engines, engine: str | None, minimum: Isolation, why: str
) -> None:
    with pytest.raises(SandboxUnavailableError, match=why):
        await some.choose(SandboxSpec(runtime="x", engine=engine, minimum_isolation=minimum))


async def test_what_can_not_be_opened_is_tried_again_only_after_a_while(
    some: Engines, attempts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = SandboxSpec(runtime="x", engine="auto")
    await some.choose(spec)
    await some.choose(spec)
    assert len(attempts) == 1
    monkeypatch.setattr(engines, "_RETRY_SECONDS", 0.0)
    await some.choose(spec)
    assert len(attempts) == 2


async def test_the_reports_say_what_is_missing_and_what_mends_it(some: Engines) -> None:
    reports = {report.engine: report for report in await some.reports()}
    assert [report.available for report in reports.values()] == [False, True, True, True]
    assert "apt-get install" in reports["broken"].missing["engine"]


async def test_a_look_at_the_engines_keeps_none_open(
    some: Engines, opened: list[_Named], attempts: list[str]
) -> None:
    kept = await some.open("plain")
    reports = await some.reports()
    assert await some.reports() == reports
    assert [driver.engine for driver in opened if not driver.closed] == [kept.engine]
    assert [driver.engine for driver in opened] == ["plain", "strong", "other"]
    assert attempts == ["tried"]
    assert [report.engine for report in reports if report.default] == ["plain"]


async def test_the_strongest_that_works_is_the_default_of_auto(some: Engines) -> None:
    automatic = Engines("auto", some._engines)
    assert [report.engine for report in await automatic.reports() if report.default] == ["strong"]


async def test_looks_at_once_are_one_look_which_closing_waits_for(some: Engines, opened: list[_Named]) -> None:
    looking = [asyncio.ensure_future(some.reports()) for _ in range(3)]
    await asyncio.sleep(0)
    looking[0].cancel()
    await some.close()
    assert await looking[1] == await looking[2]
    assert all(driver.closed for driver in opened)


async def test_closing_closes_what_was_opened(some: Engines) -> None:
    driver = await some.open("other")
    await some.close()
    assert isinstance(driver, _Named)
    assert driver.closed


def test_a_default_that_does_not_exist_is_named() -> None:
    with pytest.raises(SandboxUnavailableError, match="no engine 'gvisr'"):
        Engines("gvisr")


async def test_a_choice_of_who_has_sessions_is_the_strongest_that_has_them(some: Engines) -> None:
    async def keeps() -> Driver:
        return _Named("keeps", SHARED, sessions=True)

    able = Engines("plain", {**some._engines, "keeps": Engine(SHARED, "named", keeps)})
    auto = SandboxSpec(runtime="", engine=AUTO_ENGINE)
    assert (await able.choose(auto)).engine == "strong"
    assert (await able.choose(auto, to_stay=True)).engine == "keeps"
    demanding = SandboxSpec(runtime="", minimum_isolation=USER_SPACE)
    with pytest.raises(SandboxUnavailableError, match=r"and has sessions.*strong has no sessions: it forgets"):
        await able.choose(demanding, to_stay=True)
    await able.close()
