import sqlite3

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crucible.database.migrate import configuration, migrate, synchronous
from crucible.database.tables import metadata
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.principal import LOCAL_TENANT


def described(url: str) -> dict[str, object]:
    """Everything that the database itself says of its tables."""
    engine = sa.create_engine(url)
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


def test_migrations_make_exactly_the_schema_that_the_code_declares(tmp_path):
    migrated, declared = f"sqlite:///{tmp_path}/migrated", f"sqlite:///{tmp_path}/declared"
    migrate(migrated)
    engine = sa.create_engine(declared)
    metadata.create_all(engine)
    engine.dispose()
    assert described(migrated) == described(declared)


def test_alembic_finds_nothing_left_to_migrate(tmp_path):
    migrate(f"sqlite:///{tmp_path}/migrated")
    engine = sa.create_engine(f"sqlite:///{tmp_path}/migrated")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/again"
    migrate(url)
    before = described(synchronous(url))
    migrate(url)
    assert described(synchronous(url)) == before


def test_every_migration_can_be_undone(tmp_path):
    url = f"sqlite:///{tmp_path}/undone"
    migrate(url)
    command.downgrade(configuration(url), "base")
    assert described(url) == {}


def test_the_embedded_tenant_is_there_from_the_start(tmp_path):
    migrate(f"sqlite:///{tmp_path}/tenant")
    connection = sqlite3.connect(tmp_path / "tenant")
    assert connection.execute("SELECT id FROM tenants").fetchall() == [(LOCAL_TENANT,)]
    connection.close()


def test_a_folder_that_is_not_there_is_no_stack_trace(tmp_path):
    with pytest.raises(StorageUnavailableError, match="can't be opened"):
        migrate(f"sqlite:///{tmp_path}/missing/crucible.sqlite3")


def test_a_password_survives_the_way_to_alembic():
    assert synchronous("postgresql+psycopg://me:p%40ss@host/db") == "postgresql+psycopg://me:p%40ss@host/db"
