"""Uplinks of the OLTs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "uplink",
        sa.Column("olt", sa.Text, nullable=False),
        sa.Column("uplink", sa.Text, nullable=False),
        sa.Column("device", sa.Text),
        sa.Column("interface", sa.Text),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("olt", name="pk_uplink"),
    )
    op.create_index("ix_uplink_revision", "uplink", ["revision"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("uplink")
