import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from private_servers import free_port

from crucible.database.migrate import DatabaseUnusableError, configuration, migrate, synchronous
from crucible.database.submissions import evaluation_row
from crucible.database.tables import evaluations, metadata, schedules
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.evaluation import Submission
from crucible.domain.limits import MIB, Limits
from crucible.domain.need import Need
from crucible.domain.principal import LOCAL_TENANT


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_kind: str, tmp_path) -> Iterator[Callable[[], str]]:
    """Provide the addresses of empty databases."""
    numbers = count()
    with ExitStack() as stack:
        if database_kind == "sqlite":
            yield lambda: f"sqlite+aiosqlite:///{tmp_path}/{next(numbers)}"
        else:
            cluster = request.getfixturevalue("postgres")
            yield lambda: stack.enter_context(cluster.database(template="template0"))


def described(url: str) -> dict[str, object]:
    """Everything that the database itself says of its tables."""
    engine = sa.create_engine(synchronous(url))
    inspector = sa.inspect(engine)
    described = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        described[table] = {
            "columns": [{**column, "type": str(column["type"])} for column in inspector.get_columns(table)],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(inspector.get_foreign_keys(table), key=str),
            "indexes": sorted(
                (
                    {**index, "dialect_options": {k: str(v) for k, v in index.get("dialect_options", {}).items()}}
                    for index in inspector.get_indexes(table)
                ),
                key=str,
            ),
            "unique": inspector.get_unique_constraints(table),
            "checks": sorted(inspector.get_check_constraints(table), key=str),
            "without rowid": inspector.get_table_options(table),
        }
    engine.dispose()
    return described


def test_migrations_make_exactly_the_schema_that_the_code_declares(empty):
    migrated, made = empty(), empty()
    command.upgrade(configuration(migrated), "head")
    migrate(made)
    assert described(migrated) == described(made)
    for url in (migrated, made):
        engine = sa.create_engine(synchronous(url))
        with engine.connect() as connection:
            tenants = connection.execute(sa.text("SELECT id, name FROM tenants")).all()
            revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).all()
        engine.dispose()
        assert tenants == [(LOCAL_TENANT, "Local")]
        assert revision == [(ScriptDirectory.from_config(configuration(url)).get_current_head(),)]


def test_alembic_finds_nothing_left_to_migrate(empty):
    url = empty()
    migrate(url)
    engine = sa.create_engine(synchronous(url))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(empty):
    url = empty()
    migrate(url)
    before = described(url)
    migrate(url)
    assert described(url) == before


def test_tables_of_a_newer_crucible_are_left_as_they_are(empty):
    url = empty()
    migrate(url)
    engine = sa.create_engine(synchronous(url))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseUnusableError, match="newer Crucible: revision 9999"):
        migrate(url)


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path):
    file = tmp_path / "crucible.sqlite3"
    file.write_bytes(b"something else" * 1000)
    with pytest.raises(DatabaseUnusableError, match=f"{file} is damaged: file is not a database"):
        migrate(f"sqlite+aiosqlite:///{file}")
    assert file.read_bytes() == b"something else" * 1000


def test_a_database_whose_pages_were_overwritten_is_called_damaged(tmp_path):
    file = tmp_path / "crucible.sqlite3"
    url = f"sqlite+aiosqlite:///{file}"
    migrate(url)
    file.write_bytes(file.read_bytes()[:100] + bytes(4096 * 4))
    with pytest.raises(DatabaseUnusableError, match="is damaged: database disk image is malformed"):
        migrate(url)


def test_every_migration_can_be_undone(empty):
    url = empty()
    command.upgrade(configuration(url), "head")
    command.downgrade(configuration(url), "base")
    assert described(url) == {}


def test_what_was_made_at_once_can_be_undone_like_what_was_migrated(empty):
    url = empty()
    migrate(url)
    # SQLite can't drop 0002's column where its CHECK stands in the table, as it does in tables as declared.
    command.downgrade(configuration(url), "0002")
    command.upgrade(configuration(url), "head")
    other = empty()
    migrate(other)
    assert described(url) == described(other)


def test_of_roles_that_start_at_once_one_migrates(postgres):
    with postgres.database(template="template0") as url:
        words = [sys.executable, "-c", f"from crucible.database.migrate import migrate; migrate({url!r})"]
        starting = [subprocess.Popen(words) for _ in range(3)]
        assert [role.wait() for role in starting] == [0, 0, 0]
        assert "evaluations" in described(url)


def test_a_folder_that_is_not_there_is_no_stack_trace(tmp_path):
    with pytest.raises(StorageUnavailableError, match="can't be opened"):
        migrate(f"sqlite:///{tmp_path}/missing/crucible.sqlite3")


def test_a_server_that_is_not_there_is_no_stack_trace():
    with pytest.raises(StorageUnavailableError, match="no connection to its server"):
        migrate(f"postgresql://me:hunter2@127.0.0.1:{free_port()}/crucible")


def test_a_password_survives_the_way_to_alembic():
    assert synchronous("postgresql://me:p%40ss@host/db") == "postgresql+psycopg://me:p%40ss@host/db"


def test_what_was_queued_before_lines_had_needs_stands_in_its_line(empty):
    url = empty()
    command.upgrade(configuration(url), "0021")
    limits = Limits(memory_bytes=64 * MIB, cpus=0.5)
    submission = Submission(code="x", engine="auto", image="debian", limits=limits)
    engine = sa.create_engine(synchronous(url))
    with engine.begin() as connection:
        there = {column["name"] for column in sa.inspect(connection).get_columns("evaluations")}
        table = sa.table("evaluations", *(sa.column(name, evaluations.c[name].type) for name in there))
        row = evaluation_row("ev_1", LOCAL_TENANT, submission, "bash", datetime.now(UTC))
        old = {name: value for name, value in row.items() if name in there}
        assert set(row) - set(old) >= {"needs", "memory_bytes", "cpus"}
        connection.execute(table.insert(), [old, {**old, "id": "ev_2", "engine": "gvisor", "image": None}])
    migrate(url)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT needs, memory_bytes, cpus FROM evaluations ORDER BY id")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [
        (Need.of(submission, "bash").word, 64 * MIB, 0.5),
        (Need(runtime="bash", engine="gvisor").word, 64 * MIB, 0.5),
    ]


def test_what_was_scheduled_before_there_were_batches_goes_on_as_it_was(empty):
    url = empty()
    command.upgrade(configuration(url), "0045")
    moment = {name: sa.column(name, schedules.c[name].type) for name in ("created_at", "decided_until", "next_at")}
    words = [sa.column(name) for name in ("id", "tenant_id", "name", "cron", "time_zone", "missed", "created_by")]
    old = sa.table("schedules", *words, *moment.values(), sa.column("runtime"), sa.column("submission", sa.JSON))
    row = {column.name: "x" for column in words} | {"tenant_id": LOCAL_TENANT, "missed": "once"}
    engine = sa.create_engine(synchronous(url))
    with engine.begin() as connection:
        at = dict.fromkeys(moment, datetime.now(UTC))
        connection.execute(old.insert(), {**row, **at, "runtime": "python3.11", "submission": {"code": "1"}})
    migrate(url)
    with engine.connect() as connection:
        (found,) = connection.execute(sa.select(schedules.c.work, schedules.c.runtimes)).all()
    assert tuple(found) == ({"submission": {"code": "1"}}, ["python3.11"])
    command.downgrade(configuration(url), "0045")
    with engine.connect() as connection:
        (found,) = connection.execute(sa.select(old.c.submission, old.c.runtime)).all()
    engine.dispose()
    assert tuple(found) == ({"code": "1"}, "python3.11")


def test_what_was_deleted_before_there_was_retention_has_all_of_its_time(empty):
    url = empty()
    command.upgrade(configuration(url), "0046")
    engine = sa.create_engine(synchronous(url))
    row = evaluation_row("ev_1", LOCAL_TENANT, Submission(code="x"), "bash", datetime.now(UTC))
    table = sa.table("evaluations", *(sa.column(name, evaluations.c[name].type) for name in row))
    with engine.begin() as connection:
        connection.execute(table.insert(), [row, {**row, "id": "ev_2", "lifecycle": "deleted"}])
    before = datetime.now(UTC) - timedelta(seconds=2)
    migrate(url)
    with engine.connect() as connection:
        shown, deleted = connection.scalars(sa.select(evaluations.c.deleted_at).order_by(evaluations.c.id)).all()
    engine.dispose()
    assert shown is None
    assert before < deleted < datetime.now(UTC) + timedelta(seconds=2)
