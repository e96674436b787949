"""What a collector's own clock said at its heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("collector", sa.Column("clock_at", sa.Float))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("collector", "clock_at")
