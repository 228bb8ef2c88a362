"""How Alembic reaches the database: one connection, one transaction, the address that `migrate` was given."""

from alembic import context

from crucible.database.migrate import transaction
from crucible.database.tables import metadata

with transaction(context.config.attributes["url"]) as connection:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()
