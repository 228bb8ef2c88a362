"""The schema's history, applied from within: whoever starts a Crucible has its tables in order.

Runs before anything else opens the database, in a transaction, so that a migration that fails leaves what was. Of
roles that start at once, one migrates and the others wait for it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import make_url

from crucible.database.engine import POSTGRES_DRIVER, is_sqlite
from crucible.database.failures import translated

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, making it where there is none. Raises StorageUnavailableError."""
    with translated():
        command.upgrade(configuration(url), revision)


def configuration(url: str) -> Config:
    """Return Alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = synchronous(url)
    return config


def synchronous(url: str) -> str:
    """Return the address of the same database for Alembic, which waits where it asks."""
    parsed = make_url(url)
    parsed = parsed.set(drivername="sqlite" if is_sqlite(parsed) else POSTGRES_DRIVER)
    return parsed.render_as_string(hide_password=False)
