"""The first schema."""

from alembic import op

from noc_console.storage.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table. Later revisions must freeze this one's tables before they change ``schema.py``."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop every table."""
    metadata.drop_all(op.get_bind())
