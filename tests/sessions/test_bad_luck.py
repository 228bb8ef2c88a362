"""What becomes of sessions when what they stand on goes away."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from crucible.client import Crucible, SessionLimits, SessionRequest, SessionState
from crucible.database.database import Database
from crucible.domain import errors
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.session import EndReason, SessionSpec
from crucible.domain.session_record import ExecRequest, Session
from crucible.executor.link import ExecutorLink
from crucible.sessions import create, destroy, find, use
from crucible.sessions import reconcile as reconciling
from crucible.sessions.reconcile import reconcile
from tests.end_to_end.machine import Machine, wait_until_gone
from tests.sandbox import host
from tests.waiting import ended, until


def test_an_executor_that_is_killed_makes_its_sessions_lost_and_no_exec_successful(own: Machine) -> None:
    with Crucible(own.url) as crucible:
        session = crucible.sessions.create()
        other = crucible.sessions.create()
        refusal: list[errors.CrucibleError] = []

        def run() -> None:
            try:
                session.exec(["sh", "-c", "touch begun; sleep 60"], timeout_seconds=90)
            except errors.CrucibleError as error:
                refusal.append(error)

        running = threading.Thread(target=run)
        running.start()
        while session.exec(["test", "-e", "begun"]).returncode:
            pass
        executor = own.executor
        os.kill(executor, signal.SIGKILL)
        running.join(30)
        assert isinstance(refusal[0], errors.SessionEndedError)
        assert "is lost" in refusal[0].detail
        shown = session.show()
        assert (shown.state, shown.reason) == (SessionState.LOST, EndReason.EXECUTOR_GONE)
        assert (session.attempts().items, session.attempts().complete) == ((), False)
        wait_until_gone(executor)
        while not crucible.readiness().ready:
            pass
        with crucible.sessions.create() as another:
            assert another.exec(["true"]).success
        with pytest.raises(errors.SessionEndedError, match="is lost"):
            other.exec(["true"])
        assert other.show().state is SessionState.LOST
        assert other.destroy().state is SessionState.LOST


def test_a_server_that_is_killed_finds_its_sessions_lost(own: Machine) -> None:
    with Crucible(own.url) as crucible:
        session_id = crucible.sessions.create().id
    own.stop(signal.SIGKILL)
    own.start()
    with Crucible(own.url) as crucible:
        while crucible.sessions.get(session_id).show().state is SessionState.RUNNING:
            pass
        assert crucible.sessions.get(session_id).show().state is SessionState.LOST


def test_an_expired_session_says_so(own: Machine) -> None:
    with Crucible(own.url) as crucible:
        session = crucible.sessions.create(SessionRequest(limits=SessionLimits(idle_seconds=1)))
        while session.show().state is SessionState.RUNNING:
            pass
        shown = session.show()
        assert (shown.state, shown.reason, shown.detail) == (
            SessionState.ENDED,
            EndReason.IDLE,
            "it reached limits.idle_seconds, 1",
        )


@pytest_asyncio.fixture
async def executor(tmp_path: Path) -> AsyncIterator[Path]:
    """An executor by itself, as where each role is a process of its own."""
    path = tmp_path / "executor.sock"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crucible", "executor", "--socket", str(path), stdout=asyncio.subprocess.DEVNULL
    )

    async def listens() -> bool:
        return path.exists()

    await until(listens)
    yield path
    await ended(process)
    assert host.groups_of(process.pid) == []


async def made(database: Database, link: ExecutorLink, request: SessionRequest | None = None) -> Session:
    await link.connected()
    return (await create.create(database, link, LOCAL_OWNER, request or SessionRequest())).what


async def test_a_server_that_starts_again_finds_the_sessions_of_an_executor_that_lives(
    database: Database, executor: Path
) -> None:
    async with ExecutorLink(executor) as link:
        session = await made(database, link)
        await use.run(database, link, LOCAL_OWNER, session.id, ExecRequest(argv=("touch", "kept")))
    async with ExecutorLink(executor) as link:
        await link.connected()
        await reconcile(database, link)
        found = await use.run(database, link, LOCAL_OWNER, session.id, ExecRequest(argv=("ls",)))
        assert found.stdout == b"kept\n"
        assert (await destroy.destroy(database, link, LOCAL_OWNER, session.id)).state is SessionState.ENDED


async def test_what_is_another_tenants_is_not_found(database: Database, executor: Path) -> None:
    stranger = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)
    viewer = replace(LOCAL_OWNER, role=Role.VIEWER)
    async with ExecutorLink(executor) as link:
        session = await made(database, link)
        request = ExecRequest(argv=("true",))
        for refused in (
            find.get(database, stranger, session.id),
            use.run(database, link, stranger, session.id, request),
            use.measure(database, link, stranger, session.id),
            use.read_file(database, link, stranger, session.id, "f", user=None, most=1),
            use.write_file(database, link, stranger, session.id, "f", content=b"", user=None, mode=None),
            destroy.destroy(database, link, stranger, session.id),
        ):
            with pytest.raises(errors.NotFoundError):
                await refused
        assert (await find.page(database, stranger, (), limit=10)).items == ()
        assert (await find.get(database, viewer, session.id)).id == session.id
        assert (await use.measure(database, link, viewer, session.id)).execs == 0
        for refused in (
            create.create(database, link, viewer, SessionRequest()),
            use.run(database, link, viewer, session.id, request),
            destroy.destroy(database, link, viewer, session.id),
        ):
            with pytest.raises(errors.PermissionDeniedError, match="may not use sessions"):
                await refused


async def test_a_session_that_no_row_names_is_ended(database: Database, executor: Path) -> None:
    async with ExecutorLink(executor) as link:
        session = await made(database, link)
        await link.sessions.open("se_stray", SessionSpec())
        await reconcile(database, link)
        ended = {one.session: one.ended for one in await link.sessions.list()}
        assert ended == {"se_stray": EndReason.DESTROYED, session.id: None}


async def test_a_session_of_an_executor_elsewhere_is_asked_for_there(database: Database, executor: Path) -> None:
    elsewhere = executor.with_name("another.sock")
    elsewhere.symlink_to(executor)
    async with ExecutorLink(executor) as link, ExecutorLink(elsewhere) as other:
        session = await made(database, link)
        await other.connected()
        with pytest.raises(errors.ConflictError, match="ask the server beside it"):
            await use.run(database, other, LOCAL_OWNER, session.id, ExecRequest(argv=("true",)))


async def test_without_an_executor_nothing_is_made_and_nothing_noted(database: Database, tmp_path: Path) -> None:
    async with ExecutorLink(tmp_path / "nobody.sock") as link:
        with pytest.raises(errors.ExecutorUnavailableError):
            await create.create(database, link, LOCAL_OWNER, SessionRequest())
    assert (await find.page(database, LOCAL_OWNER, (), limit=10)).items == ()


async def test_a_session_that_could_not_be_made_says_why(database: Database, executor: Path) -> None:
    async with ExecutorLink(executor) as link:
        await link.connected()
        with pytest.raises(errors.SessionsUnsupportedError):
            await create.create(database, link, LOCAL_OWNER, SessionRequest(engine="no-such-engine"))
    (session,) = (await find.page(database, LOCAL_OWNER, (), limit=10)).items
    assert (session.state, session.reason) == (SessionState.ENDED, EndReason.BROKEN)
    assert session.detail is not None
    assert "there is no engine 'no-such-engine'" in session.detail


def test_a_server_that_starts_says_nothing_of_an_executor_that_does_not_listen_yet(own: Machine) -> None:
    with Crucible(own.url) as crucible:
        crucible.sessions.create().destroy()
    assert "session_ended" in own.log
    assert "sessions_not_reconciled" not in own.log


async def test_rows_are_compared_as_soon_as_the_executor_is_there(database: Database, executor: Path) -> None:
    async with ExecutorLink(executor) as link:
        session = await made(database, link)
        await link.sessions.get(session.id).end()

    async def is_known_to_have_ended() -> bool:
        return (await find.get(database, LOCAL_OWNER, session.id)).state is SessionState.ENDED

    away = executor.rename(executor.with_name("away.sock"))
    with structlog.testing.capture_logs() as said:
        async with ExecutorLink(executor) as link:
            keeping = asyncio.create_task(reconciling.keep_reconciling(database, link))
            with pytest.raises(TimeoutError):
                await until(is_known_to_have_ended, seconds=0.2)
            away.rename(executor)
            await until(is_known_to_have_ended)
            keeping.cancel()
    assert "sessions_not_reconciled" not in [line["event"] for line in said]


async def test_an_executor_that_stays_away_is_told_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "_PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(reconciling, "_PAUSE_SECONDS", 0.0)
    rounds = 0

    class Away(ExecutorLink):
        @property
        def name(self) -> str:
            nonlocal rounds
            rounds += 1
            return super().name

    async def went_round() -> bool:
        return rounds > 2

    with structlog.testing.capture_logs() as said:
        async with Away(tmp_path / "nobody.sock") as link:
            keeping = asyncio.create_task(reconciling.keep_reconciling(database, link))
            await until(went_round)
            keeping.cancel()
    reasons = [line["reason"] for line in said if line["event"] == "sessions_not_reconciled"]
    assert len(reasons) == 1
    assert "no executor listens" in reasons[0]
