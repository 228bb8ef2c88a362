"""How a role that is a process of its own waits for its database, and for which it doesn't."""

import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from structlog.testing import capture_logs

from crucible.cli.starting import keep_starting
from crucible.database.migrate import DatabaseUnusableError, migrate, synchronous
from crucible.settings import Settings


async def role() -> signal.Signals:
    return signal.SIGTERM


def test_a_database_of_a_newer_crucible_is_not_waited_for(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    migrate(settings.database_address)
    engine = sa.create_engine(synchronous(settings.database_address))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseUnusableError, match="newer Crucible"):
        keep_starting(settings, role)


def test_a_database_that_is_away_is_waited_for_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path / "not-there-yet")
    tries = 0

    def come_back_later(_seconds: float) -> None:
        nonlocal tries
        tries += 1
        if tries == 5:
            settings.data.mkdir()

    monkeypatch.setattr(time, "sleep", come_back_later)
    with capture_logs() as logs, pytest.raises(typer.Exit):
        keep_starting(settings, role)
    assert [line["event"] for line in logs].count("waiting_for_the_database") == 1
