"""Backups of OLT configurations, and how the last attempt at each OLT went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column("olt", sa.Text, nullable=False),
        sa.Column("taken_at", sa.Float, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("dialect", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_backup_olt", "backup", ["olt"])
    op.create_index("ix_backup_revision", "backup", ["revision"])
    op.create_table(
        "backup_run",
        sa.Column("olt", sa.Text, primary_key=True, nullable=False),
        sa.Column("tried_at", sa.Float, nullable=False),
        sa.Column("ok_at", sa.Float),
        sa.Column("failed_since_at", sa.Float),
        sa.Column("error", sa.Text),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("ix_backup_run_revision", "backup_run", ["revision"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("backup_run")
    op.drop_table("backup")
