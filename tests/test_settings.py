import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from crucible.settings import Settings


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch):
    for name in os.environ:
        if name.startswith(("CRUCIBLE_", "XDG_")):
            monkeypatch.delenv(name)


def test_data_lives_where_the_desktop_standard_says(monkeypatch):
    assert Settings().data == Path.home() / ".local/share/crucible"
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    assert Settings().data == Path("/srv/data/crucible")


def test_the_environment_sets_each(monkeypatch):
    monkeypatch.setenv("CRUCIBLE_PORT", "9000")
    monkeypatch.setenv("CRUCIBLE_ALLOWED_HOSTS", '["lab.example"]')
    settings = Settings()
    assert (settings.port, settings.allowed_hosts) == (9000, ("lab.example",))


def test_everything_on_disk_is_in_the_data_folder():
    settings = Settings(data=Path("/data"))
    assert settings.database_address == "sqlite+aiosqlite:////data/crucible.sqlite3"
    assert settings.blobs_path.parent == settings.executor_socket.parent == Path("/data")


@pytest.mark.parametrize(
    ("name", "value"), [("slots", 0), ("port", 70_000), ("lease_seconds", 0), ("infrastructure_attempts", 0)]
)
def test_a_setting_out_of_bounds_is_refused(name: str, value: int):
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})


def test_what_may_hold_a_password_is_shown_to_nobody(monkeypatch):
    monkeypatch.setenv("CRUCIBLE_DATABASE_URL", "postgresql://me:hunter2@lab/crucible")
    settings = Settings()
    assert settings.database_address == "postgresql://me:hunter2@lab/crucible"
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_a_database_of_another_kind_is_refused_without_its_password(monkeypatch):
    monkeypatch.setenv("CRUCIBLE_DATABASE_URL", "mysql://me:hunter2@lab/crucible")
    with pytest.raises(ValidationError, match="must begin with postgresql://") as refusal:
        Settings()
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('{"high": 1, "normal": 1, "low": 0}', "greater than or equal to 1"),
        ('{"high": 1, "normal": 1}', "must have a weight for low, too"),
        ('{"high": 1, "normal": 1, "low": 1, "urgent": 1}', "'high', 'normal' or 'low'"),
    ],
)
def test_weights_leave_no_priority_out(monkeypatch, value: str, says: str):
    monkeypatch.setenv("CRUCIBLE_WEIGHTS", value)
    with pytest.raises(ValidationError, match=says):
        Settings()


def test_an_engine_that_there_is_not_is_refused(monkeypatch):
    monkeypatch.setenv("CRUCIBLE_WORKER_ENGINES", '["gvizor"]')
    with pytest.raises(ValidationError, match="there is no engine 'gvizor'; there are: gvisor"):
        Settings()
