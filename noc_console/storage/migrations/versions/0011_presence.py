"""Presence: who has a console open, and what is looked at there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "presence",
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("screen", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("since_at", sa.Float, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("session", name="pk_presence"),
    )
    op.create_index("ix_presence_revision", "presence", ["revision"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("presence")
