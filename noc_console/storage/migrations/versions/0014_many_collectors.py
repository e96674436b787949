"""Collectors that share the OLTs, which of them does what is done once, and requests to read an OLT soon."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns."""
    for name in ("joined", "leads"):
        op.add_column("collector", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("collector", sa.Column("region", sa.Text))
    op.add_column("olt_lease", sa.Column("asked", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("olt_lease", "asked")
    for name in ("region", "leads", "joined"):
        op.drop_column("collector", name)
