"""Alembic's entry: runs on the connection that ``storage.database`` hands over, inside its transaction."""

from alembic import context

from noc_console.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
